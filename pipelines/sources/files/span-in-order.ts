import type { RowFault, RowValues } from './kind.ts';

/** A span of validity does not end before it begins. */
export function spanInOrder({ valid_from: from, valid_to: to }: RowValues): RowFault | undefined {
  if (typeof from !== 'string' || typeof to !== 'string' || from <= to) return undefined;
  return { column: 'valid_to', reason: `is before valid_from, ${from}` };
}
