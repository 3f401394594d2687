/** `regulation` of the oracle's company: other values than the defaults, so that what ignores them is seen. */
export const REGULATION = {
  callback_norm: '45m',
  first_contact_norm: '20m',
  active_client_days: 90,
  return_days: 60,
  win_rate_days: 150,
  idle_days: 10,
  stage_limits: [
    { step: 'new', limit: '4h' },
    { step: 'qualified', limit: '3d' },
    { step: 'agreement', limit: '5d' },
    { stage: 'Счёт выставлен', pipeline: 'Продажи', limit: '2d' },
  ],
  norms: [
    { calls: 1, talk_minutes: 2, emails: 1, call_hours: 0.1, mail_hours: 0.2, meeting_hours: 0.1 },
    { team: 'Работа с клиентами', calls: 2, proposals: 1 },
  ],
  bonus: [
    { from: 0.5, amount: 10_000 },
    { from: 0.8, amount: 20_000, rate: 0.01 },
    { from: 1, amount: 30_000, rate: 0.02 },
  ],
  rating_points: { calls_answered: 1, emails_sent: 2, meetings_held: 15, proposals_sent: 10, deals_won: 40 },
} as const;

/** Of `30m`. */
export function seconds(duration: string): number {
  const units: Readonly<Record<string, number>> = { m: 60, h: 3_600 };
  return Number(duration.slice(0, -1)) * (units[duration.slice(-1)] ?? NaN);
}
