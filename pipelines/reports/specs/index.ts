import { ReportUnknownError } from '../errors.ts';
import type { ReportSpec } from '../section.ts';
import { DIGESTS } from './digests.ts';
import { REPORTS } from './reports.ts';

const ALL = [...REPORTS, ...DIGESTS];

export const REPORT_NAMES: readonly string[] = ALL.map(({ name }) => name);

/** Throws ReportUnknownError. */
export function reportSpec(name: string): ReportSpec {
  const found = ALL.find((spec) => spec.name === name);
  if (!found) throw new ReportUnknownError(name, REPORT_NAMES);
  return found;
}
