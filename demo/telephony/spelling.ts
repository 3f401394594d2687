/** Moscow has been UTC+3 all year since 2014; see `../company/calendar.ts`. */
const OFFSET = 3 * 3600;

/** `2026-03-14 12:00:05`, the office's clock, without an offset: as telephone exchanges write it. */
export function civilTime(moment: number): string {
  return new Date((moment + OFFSET) * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

/** A number as people here dial it: 8 and ten digits. */
export function dialled(digits: string): string {
  return `8${digits}`;
}
