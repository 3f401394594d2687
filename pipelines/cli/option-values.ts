import { InvalidArgumentError } from 'commander';

/** A whole number of zero or more, for options; commander prints what was expected. */
export function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new InvalidArgumentError('Expected a whole number.');
  return value;
}

/** A date or an instant, ISO 8601. */
export function instant(text: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new InvalidArgumentError('Expected a date like 2024-01-31 or 2024-01-31T12:00:00Z.');
  return date;
}
