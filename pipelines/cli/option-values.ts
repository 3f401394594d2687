import { InvalidArgumentError } from 'commander';

/** A whole number of zero or more, for options; commander prints what was expected. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Expected a whole number.');
  return value;
}
