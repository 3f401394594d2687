import { VoronkaError } from '../errors.ts';

/** What a script may rely on; `voronka --help` prints the same list. */
export const EXIT = {
  ok: 0,
  unexpected: 1,
  /** The command line, voronka.yaml or an environment variable is wrong. */
  usage: 2,
  /** Somebody must act: a token, rights, a port, a failed data test. */
  action: 3,
  /** Try again later: the source or the database was not reachable. */
  later: 4,
  /** `doctor` or `status` found something wrong. */
  unhealthy: 5,
  interrupted: 130,
} as const;

export const EXIT_HELP = `
Exit codes: 0 done · 1 unexpected failure · 2 wrong command line, configuration or environment · 3 somebody must act (the message
says what) · 4 try again later · 5 doctor or status found a problem · 130 interrupted`;

/** Mistakes in what the user wrote: the command line, the configuration, the environment. */
const USAGE_CODES = new Set([
  'USAGE',
  'CONFIG_MISSING',
  'CONFIG_SYNTAX',
  'CONFIG_INVALID',
  'SECRET_MISSING',
  'SOURCE_UNKNOWN',
  'WEBHOOK_SECRET',
]);

export function exitCodeOf(error: unknown): number {
  if (!(error instanceof VoronkaError)) return EXIT.unexpected;
  if (USAGE_CODES.has(error.code)) return EXIT.usage;
  return error.retry === 'later' ? EXIT.later : EXIT.action;
}
