import { VoronkaError } from '../../../pipelines/errors.ts';

/** `0A000` not supported, `42501` not allowed, `42703` no such column, `42803` grouping, `42809` wrong kind of column. */
export type RefusalState = '0A000' | '42501' | '42703' | '42803' | '42809';

/** A statement that cannot be answered exactly. Thrown inside the rewriter only; its caller gets a `refused` outcome. */
export class Refusal extends VoronkaError {
  readonly sqlState: RefusalState;
  readonly hint: string | undefined;

  constructor(sqlState: RefusalState, reason: string, hint?: string) {
    super(reason, { code: 'SQL_REFUSED', retry: 'never' });
    this.sqlState = sqlState;
    this.hint = hint;
  }
}

export function refuse(sqlState: RefusalState, reason: string, hint?: string): never {
  throw new Refusal(sqlState, reason, hint);
}
