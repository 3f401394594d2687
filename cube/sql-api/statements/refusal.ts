/** A statement that is not run, with what the client is told. */
export class Refusal extends Error {
  readonly sqlState: string;
  readonly hint: string | undefined;

  constructor(message: string, { sqlState = '42501', hint }: { sqlState?: string; hint?: string } = {}) {
    super(message);
    this.name = 'Refusal';
    this.sqlState = sqlState;
    this.hint = hint;
  }
}
