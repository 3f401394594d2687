import type { ErrorFields } from './messages.ts';

/** Ends a session, and is told to the client as its last message: what was asked is not spoken here, or not allowed. */
export class SessionEndError extends Error {
  readonly fields: ErrorFields;

  constructor(sqlState: string, message: string, hint?: string) {
    super(message);
    this.name = 'SessionEndError';
    this.fields = { severity: 'FATAL', sqlState, message, ...(hint !== undefined && { hint }) };
  }
}

export const PROTOCOL_VIOLATION = '08P01';
