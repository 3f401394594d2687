/** Where Cube's log goes. `warn` and `error` are worth a line; `debug` is every request and every query. */
export type CubeLog = (
  level: 'debug' | 'warn' | 'error',
  message: string,
  details: Record<string, unknown>,
) => void;

const toStandardError: CubeLog = (level, message, details) => {
  if (level === 'debug') return;
  const said = details['error'] ?? details['warning'];
  console.error(
    `cube ${level}: ${message}${said === undefined ? '' : `: ${typeof said === 'string' ? said : JSON.stringify(said)}`}`,
  );
};

// Tokens are credentials, and a refused one may be good elsewhere.
const withoutToken = ({ token: _token, ...details }: Record<string, unknown>): Record<string, unknown> =>
  details;

// A client's mistake is answered to the client. It is no fault of the server's to report in its log.
const CLIENT_MISTAKES =
  /^(User ?Error|Forbidden|Token refused|Authorization header|Continue wait|Orchestrator error)/;

/** Cube's own logger writes JSON of every step to standard output; this passes on what it says, with a level. */
export function cubeLogger(log: CubeLog = toStandardError) {
  return (message: string, details: Record<string, unknown> = {}): void => {
    const failed = details['error'] !== undefined && !CLIENT_MISTAKES.test(message);
    const level = failed ? 'error' : details['warning'] !== undefined ? 'warn' : 'debug';
    log(level, message, withoutToken(details));
  };
}

export type CubeLogger = ReturnType<typeof cubeLogger>;
