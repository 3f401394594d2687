import type { Row } from '../../cube/query.ts';
import type { RuleName } from '../../pipelines/alerts/settings.ts';

/** Tuesday evening in Moscow, after two weeks without a holiday. */
export const NOW = new Date('2026-03-17T17:00:00Z');
export const TODAY = '2026-03-17';

/** Rows as Cube answers them, by view, on both sides of a rule's bound. */
export interface AlertCase {
  readonly rule: RuleName;
  readonly over: Readonly<Record<string, readonly Row[]>>;
  /** As near to the bound as one gets without going over it. */
  readonly edge: Readonly<Record<string, readonly Row[]>>;
  readonly expected: {
    readonly subject: string;
    readonly value: number;
    readonly manager: string | null;
    readonly rows: number;
  };
}

const anna = (view: string): Record<string, string> => ({
  [`${view}.manager_id`]: '1:101',
  [`${view}.manager`]: 'Anna',
  [`${view}.team_id`]: '1:11',
  [`${view}.team`]: 'North',
});
const day = (text: string): string => `${text}T00:00:00.000`;
const many = (count: number, row: (index: number) => Row): Row[] =>
  Array.from({ length: count }, (_, index) => row(index));
/** March's days up to the 16th on which the office works. */
const WORKED = ['02', '03', '04', '05', '06', '09', '10', '11', '12', '13', '16'];
const FEBRUARY = ['09', '10', '11', '12', '13', '16', '17', '18', '19', '20', '23', '24', '25', '26', '27'];

/** Ten actions on each usual day, `latest` on each of the last three. */
export const activity = (index: number, latest = 5): Row[] => [
  ...[...FEBRUARY.map((date) => `2026-02-${date}`), ...WORKED.map((date) => `2026-03-${date}`)].map(
    (date): Row => ({
      ...anna('scorecard'),
      'scorecard.date.day': day(date),
      'scorecard.activity_index': date === '2026-03-16' ? index : 1,
      'scorecard.crm_actions': String(date >= '2026-03-12' ? latest : 10),
    }),
  ),
];

const lead = (createdAt: string, firstContact: number | null): Row => ({
  ...anna('funnel'),
  'funnel.deal_id': '1:7',
  'funnel.created_at': `${createdAt}.000`,
  'funnel.leads_new': '1',
  'funnel.first_contact_speed': firstContact,
});

const missed = (count: number): Row[] =>
  many(count, (index) => ({
    ...anna('calls'),
    'calls.call_id': `c${index}`,
    'calls.client_number': '+7…',
    'calls.date': `${TODAY}T1${index}:00:00.000`,
    'calls.missed_unreturned': '1',
  }));

const overdue = (count: number): Row[] =>
  many(count, (index) => ({
    ...anna('regulation'),
    'regulation.deal_id': `1:${index}`,
    'regulation.deal': `Deal ${index}`,
    'regulation.stage': 'Offer',
    'regulation.stage_entered_at': '2026-02-02T10:00:00.000',
    'regulation.days_in_stage': `${index + 10}`,
    'regulation.stage_limit_days': '7',
    'regulation.stage_overdue': '1',
  }));

const taskless = (count: number): Row[] =>
  many(count, (index) => ({
    ...anna('regulation'),
    'regulation.deal_id': `1:${index}`,
    'regulation.deals_without_task': '1',
  }));

const plan = (fact: number): Row[] =>
  WORKED.map((date, index) => ({
    ...anna('plan_fact'),
    'plan_fact.date.day': day(`2026-03-${date}`),
    'plan_fact.plan_amount_due': '100',
    'plan_fact.fact_amount': index === 0 ? String(fact) : '0',
  }));

/** Two a week for eight weeks, then so many in the last. */
const dirty = (latest: number): Row[] => [
  ...many(8, (index) => ({
    ...anna('refusals'),
    'refusals.date.day': day(
      new Date(Date.UTC(2026, 2, 10 - 7 * (index + 1) + 1)).toISOString().slice(0, 10),
    ),
    'refusals.leads_disqualified': '2',
  })),
  {
    ...anna('refusals'),
    'refusals.date.day': day('2026-03-16'),
    'refusals.leads_disqualified': String(latest),
  },
];

const stays = (date: string, wentOn: number, lost: number): Row => ({
  'stage_stays.step': 'proposal',
  'stage_stays.left_at.day': day(date),
  'stage_stays.stays_advanced': String(wentOn),
  'stage_stays.stays_won': '0',
  'stage_stays.stays_lost': String(lost),
  'stage_stays.stays_moved_back': '0',
});

const lost = (amount: number): Record<string, readonly Row[]> => ({
  refusals: [
    {
      ...anna('refusals'),
      'refusals.date.day': day(TODAY),
      'refusals.deal_id': '1:9',
      'refusals.loss_reason': 'Price',
      'refusals.lost_amount': String(amount),
    },
  ],
  funnel: [{ 'funnel.date.day': day('2026-02-10'), 'funnel.won_amount': '1000', 'funnel.deals_won': '10' }],
});

const deleted = (date: string): Row => ({
  ...anna('funnel'),
  'funnel.date.day': day(date),
  'funnel.deal_id': '1:8',
  'funnel.deals_deleted': '1',
  'funnel.deals_deleted_amount': '500',
});

const health = (hours: number): Record<string, readonly Row[]> => ({
  data_health: [{ 'data_health.source': 'pbx', 'data_health.hours_since_load': String(hours) }],
  calls: [],
});

export const CASES: readonly AlertCase[] = [
  {
    rule: 'activity_drop',
    // Three days of ten vary by √30: five a day are 2.7 deviations below, six are 2.2.
    over: { scorecard: activity(0.59) },
    edge: { scorecard: activity(0.6) },
    expected: { subject: '1:101', value: 0.59, manager: 'Anna', rows: 3 },
  },
  {
    rule: 'first_response_breach',
    // Half an hour of business time: asked at 20:00, when the office has been closed since 18:00.
    over: { funnel: [lead(`${TODAY}T17:29:59`, null)] },
    edge: { funnel: [lead(`${TODAY}T17:30:00`, null), lead(`${TODAY}T10:00:00`, 36_000)] },
    expected: { subject: '1:101', value: 1, manager: 'Anna', rows: 1 },
  },
  {
    rule: 'missed_unreturned',
    over: { calls: missed(3) },
    edge: { calls: missed(2) },
    expected: { subject: '1:101', value: 3, manager: 'Anna', rows: 3 },
  },
  {
    rule: 'stage_overdue',
    over: { regulation: overdue(5) },
    edge: { regulation: overdue(4) },
    expected: { subject: '1:101/Offer', value: 5, manager: 'Anna', rows: 5 },
  },
  {
    rule: 'no_next_task',
    over: { regulation: taskless(5) },
    edge: { regulation: taskless(4) },
    expected: { subject: '1:101', value: 5, manager: 'Anna', rows: 5 },
  },
  {
    rule: 'plan_behind',
    over: { plan_fact: plan(769) },
    edge: { plan_fact: plan(770) },
    expected: { subject: '1:101/2026-03', value: 769 / 1100, manager: 'Anna', rows: 2 },
  },
  {
    rule: 'disqualified_spike',
    // Usual two: five are twice as many and beyond two deviations (2 + 2·√2 = 4.83); four are not.
    over: { refusals: dirty(5) },
    edge: { refusals: dirty(4) },
    expected: { subject: '1:101', value: 5, manager: 'Anna', rows: 1 },
  },
  {
    rule: 'conversion_drop',
    // 80 % before; 56 % is the bound of a drop by 30 %.
    over: { stage_stays: [stays('2026-02-10', 160, 40), stays('2026-03-10', 55, 45)] },
    edge: { stage_stays: [stays('2026-02-10', 160, 40), stays('2026-03-10', 57, 43)] },
    expected: { subject: 'proposal', value: 0.55, manager: null, rows: 2 },
  },
  {
    rule: 'big_deal_lost',
    // The usual check is 100, four of them the bound.
    over: lost(400),
    edge: lost(399.99),
    expected: { subject: `1:9/${TODAY}`, value: 400, manager: 'Anna', rows: 1 },
  },
  {
    rule: 'deal_deleted',
    // Three days, today among them.
    over: { funnel: [deleted('2026-03-15')] },
    edge: { funnel: [deleted('2026-03-14')] },
    expected: { subject: '1:101/2026-03-15', value: 1, manager: 'Anna', rows: 1 },
  },
  {
    rule: 'source_stale',
    over: health(6.1),
    edge: health(6),
    expected: { subject: 'pbx', value: 6.1, manager: null, rows: 0 },
  },
];
