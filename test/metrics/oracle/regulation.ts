/** `regulation` of the oracle's company: other values than the defaults, so that what ignores them is seen. */
export const REGULATION = {
  callback_norm: '45m',
  first_contact_norm: '20m',
  active_client_days: 90,
  return_days: 60,
  win_rate_days: 150,
  idle_days: 10,
} as const;

/** Of `30m`. */
export function seconds(duration: string): number {
  const units: Readonly<Record<string, number>> = { m: 60, h: 3_600 };
  return Number(duration.slice(0, -1)) * (units[duration.slice(-1)] ?? NaN);
}
