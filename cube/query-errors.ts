import { VoronkaError } from '../pipelines/errors.ts';

export class CubeUnreachableError extends VoronkaError {
  constructor(url: string, cause: unknown) {
    super(
      `Nothing answers at ${url}. Start the server (voronka serve or voronka up), or check the address.`,
      {
        code: 'CUBE_UNREACHABLE',
        retry: 'later',
        context: { url },
        cause,
      },
    );
  }
}

export class CubeForbiddenError extends VoronkaError {
  constructor(url: string, reason: string) {
    super(`The server at ${url} refused the token: ${reason}`, {
      code: 'CUBE_FORBIDDEN',
      retry: 'after-token',
      context: { url },
    });
  }
}

export class CubeQueryError extends VoronkaError {
  constructor(status: number, reason: string) {
    super(`The query was not understood: ${reason}`, {
      code: 'CUBE_QUERY_INVALID',
      retry: 'never',
      context: { status },
    });
  }
}

export class CubeServerError extends VoronkaError {
  constructor(status: number, reason: string) {
    super(`The server failed (HTTP ${status}): ${reason}`, {
      code: 'CUBE_FAILED',
      retry: 'later',
      context: { status },
    });
  }
}

export class CubeTimeoutError extends VoronkaError {
  constructor(seconds: number) {
    super(
      `No answer within ${seconds} s. Ask for a shorter period or fewer dimensions, or allow more time.`,
      {
        code: 'CUBE_TIMEOUT',
        retry: 'later',
        context: { seconds },
      },
    );
  }
}
