export interface MessageName {
  /** The part of a Maildir file name that stays when the message is moved from `new` to `cur` or gets flags. */
  readonly unique: string;
  readonly isAnswered: boolean;
  readonly isDraft: boolean;
  /** When it was delivered, which Maildir writes first (https://cr.yp.to/proto/maildir.html); ISO text. */
  readonly storedAt: string | null;
}

export function readName(name: string): MessageName {
  // A colon cannot be in a file name everywhere: exports have `;` or `!` instead.
  const [, unique = name, flags = ''] = /^(.*?)(?:[:;!]2,([A-Za-z]*))?$/.exec(name) ?? [];
  const seconds = Number(/^(\d{9,10})[._]/.exec(unique)?.[1] ?? Number.NaN);
  return {
    unique,
    isAnswered: flags.includes('R'),
    isDraft: flags.includes('D'),
    storedAt: Number.isNaN(seconds) ? null : new Date(seconds * 1_000).toISOString(),
  };
}
