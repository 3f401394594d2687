import { VoronkaError } from '../pipelines/errors.ts';

export class PortInUseError extends VoronkaError {
  constructor(host: string, port: number, cause: unknown) {
    super(
      `Port ${port} on ${host} is in use. Stop the other program (perhaps a second voronka), or set another port: ` +
        'serve.port in voronka.yaml.',
      { code: 'CUBE_PORT_IN_USE', retry: 'never', context: { host, port }, cause },
    );
  }
}

export class ListenError extends VoronkaError {
  constructor(host: string, port: number, cause: Error) {
    super(
      `Cannot serve on ${host}:${port}: ${cause.message}. Check serve.host and serve.port in voronka.yaml.`,
      {
        code: 'CUBE_LISTEN_FAILED',
        retry: 'never',
        context: { host, port },
        cause,
      },
    );
  }
}

export class CubeRunningError extends VoronkaError {
  constructor(url: string) {
    super(
      `Cube already runs in this process at ${url}; it takes its settings from the process, so there is one at a time.`,
      {
        code: 'CUBE_ALREADY_RUNNING',
        retry: 'never',
        context: { url },
      },
    );
  }
}

export class ModelCompileError extends VoronkaError {
  constructor(folder: string, cause: unknown) {
    super(
      `The data model in ${folder} does not compile: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        code: 'CUBE_MODEL_INVALID',
        retry: 'never',
        context: { folder },
        cause,
      },
    );
  }
}
