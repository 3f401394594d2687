import { VoronkaError } from '../errors.ts';

/** A database URL with the password blanked, for messages. */
export function maskUrl(url: string): string {
  try {
    const masked = new URL(url);
    if (masked.password !== '') masked.password = '***';
    return masked.href;
  } catch {
    return '(not a URL)';
  }
}

/** DATABASE_URL cannot be connected to. */
export class DatabaseUnreachableError extends VoronkaError {
  constructor(url: string, cause: unknown) {
    super(
      `Cannot connect to the database ${maskUrl(url)}: ${reason(cause)}. ` +
        'Check DATABASE_URL, or unset it to use the embedded Postgres.',
      { code: 'DATABASE_UNREACHABLE', retry: 'later', context: { url: maskUrl(url) }, cause },
    );
  }
}

export class DatabaseTooOldError extends VoronkaError {
  constructor(url: string, version: string) {
    super(`The database ${maskUrl(url)} is Postgres ${version}; voronka needs 15 or newer.`, {
      code: 'DATABASE_TOO_OLD',
      retry: 'never',
      context: { url: maskUrl(url), version },
    });
  }
}

/** A statement failed for a reason outside of voronka: disk full, connection lost, server going down. */
export class DatabaseTroubleError extends VoronkaError {
  constructor(doing: string, cause: unknown) {
    const full = sqlState(cause) === '53100';
    super(
      `The database gave up while ${doing}: ${reason(cause)}. Nothing of it was written. ` +
        (full ? 'Free some space on its disk and run again.' : 'Run again: it goes on where it stopped.'),
      { code: full ? 'DATABASE_FULL' : 'DATABASE_TROUBLE', retry: 'later', cause },
    );
  }
}

/** A migration that was applied has since been edited. */
export class MigrationChangedError extends VoronkaError {
  constructor(name: string) {
    super(
      `The migration ${name} was applied to this database and its file has been changed since. Restore the file and put ` +
        'the change into a new migration. A database without anything to lose can be dropped and made anew.',
      { code: 'MIGRATION_CHANGED', retry: 'never', context: { name } },
    );
  }
}

export class MigrationFailedError extends VoronkaError {
  constructor(name: string, cause: unknown) {
    super(`The migration ${name} failed and was rolled back: ${reason(cause)}.`, {
      code: 'MIGRATION_FAILED',
      retry: 'never',
      context: { name },
      cause,
    });
  }
}

/** A source or stream name that cannot be a table name. */
export class StreamNameError extends VoronkaError {
  constructor(name: string) {
    super(
      `"${name}" cannot name a source or a stream: only lower-case letters, digits and single underscores, ` +
        'beginning with a letter, at most 24 characters.',
      { code: 'STREAM_NAME', retry: 'never', context: { name } },
    );
  }
}

export function sqlState(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | undefined)?.code;
  return typeof code === 'string' ? code : undefined;
}

/** Class 08, 53, 57 and 58 of SQLSTATE, and what the operating system says of a connection. */
export function isTrouble(error: unknown): boolean {
  const state = sqlState(error) ?? '';
  if (/^(08|53|57P|58)/.test(state) || /^E[A-Z]+$/.test(state)) return true;
  return (
    error instanceof Error &&
    /connection (terminated|ended|timeout)|timeout exceeded when trying|not queryable/i.test(error.message)
  );
}

function reason(cause: unknown): string {
  if (cause instanceof AggregateError) return cause.errors.map(reason).join('; ');
  return (cause instanceof Error ? cause.message : String(cause)).replace(/\.$/, '');
}
