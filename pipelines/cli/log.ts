import type { DLogger } from '@dbos-inc/dbos-sdk';

/** What DBOS says of itself: everything with `--debug`; otherwise nothing, for a failed step is reported by the command that waits for it. */
export function dbosLogger(debug: boolean): DLogger {
  const write =
    (level: string) =>
    (entry: unknown): void => {
      if (debug) process.stderr.write(`dbos ${level}: ${String(entry)}\n`);
    };
  return { info: write('info'), debug: () => undefined, warn: write('warn'), error: write('error') };
}
