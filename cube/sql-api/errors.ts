import { VoronkaError } from '../../pipelines/errors.ts';

export class SqlApiListenError extends VoronkaError {
  constructor(host: string, port: number, cause: Error) {
    const isTaken = (cause as NodeJS.ErrnoException).code === 'EADDRINUSE';
    super(
      `The SQL API cannot listen on ${host}:${port}: ${isTaken ? 'the port is in use' : cause.message}. ` +
        'Set another one: sql_api.host and sql_api.port in voronka.yaml, or turn it off: sql_api.enabled: false.',
      { code: 'SQL_API_LISTEN', retry: 'never', context: { host, port }, cause },
    );
  }
}

export class SqlApiTlsError extends VoronkaError {
  constructor(file: string, cause: unknown) {
    super(
      `The SQL API cannot use the certificate or key of sql_api.tls (${file}): ${(cause as Error).message}. Both are PEM files.`,
      { code: 'SQL_API_TLS', retry: 'never', context: { file }, cause },
    );
  }
}

export class NativeMissingError extends VoronkaError {
  constructor() {
    super(
      "sql_api.mode is cube, but Cube's native module is not there: it has no binary for this platform, or it was not fetched. " +
        'Set sql_api.mode: auto in voronka.yaml to use the SQL API of voronka.',
      { code: 'SQL_API_NATIVE_MISSING', retry: 'never' },
    );
  }
}
