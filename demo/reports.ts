import { DateTime } from 'luxon';
import pc from 'picocolors';
import { runQuery, type QueryResult } from '../cube/query.ts';
import { renderTable } from '../cube/table.ts';

export interface ReportOptions {
  /** Address of the API. */
  readonly url: string;
  readonly token: string;
  readonly timeZone: string;
  readonly currency: string;
}

const SCORECARD = [
  'funnel.leads_new',
  'funnel.proposals_sent',
  'funnel.deals_won',
  'funnel.won_amount',
  'funnel.avg_check',
  'funnel.deals_lost',
  'funnel.close_rate',
];

/** A row with none of these says nothing. */
const ANYTHING = ['funnel.leads_new', 'funnel.proposals_sent', 'funnel.deals_won', 'funnel.deals_lost'];

const CALLS = [
  'calls.calls_out',
  'calls.reach_rate',
  'calls.calls_in',
  'calls.calls_missed',
  'calls.missed_unreturned',
  'calls.talk_time',
];

/**
 * The daily scorecard of the last day with closed deals, the month so far, the calls and the plan of the month before, and the funnel
 * of the last quarter, asked over REST.
 */
export async function printReports({ url, token, timeZone, currency }: ReportOptions): Promise<void> {
  const print = (title: string, result: QueryResult): void =>
    console.log(`\n${pc.bold(title)}\n${renderTable(withNobodyNamed(result), { currency })}`);
  const ask = (query: object): Promise<QueryResult> => runQuery({ url, token, query });
  const today = DateTime.now().setZone(timeZone);
  const day = (await lastDayWith('funnel.deals_closed', today, ask)) ?? today;
  const iso = (date: DateTime): string => date.toFormat('yyyy-MM-dd');
  const byManager = (from: DateTime, to: DateTime): object => ({
    measures: SCORECARD,
    dimensions: ['funnel.team', 'funnel.manager'],
    timeDimensions: [{ dimension: 'funnel.date', dateRange: [iso(from), iso(to)] }],
    filters: [{ or: ANYTHING.map((member) => ({ member, operator: 'gt', values: ['0'] })) }],
    order: [
      ['funnel.team', 'asc'],
      ['funnel.won_amount', 'desc'],
    ],
  });

  print(`Daily scorecard, ${day.toFormat('cccc d LLLL yyyy')}`, await ask(byManager(day, day)));
  print(`${day.toFormat('LLLL yyyy')} so far`, await ask(byManager(day.startOf('month'), day)));
  const whole = day.minus({ months: 1 }).startOf('month');
  const month = (view: string): object => ({
    timeDimensions: [{ dimension: `${view}.date`, dateRange: [iso(whole), iso(whole.endOf('month'))] }],
  });
  print(
    `Calls by manager, ${whole.toFormat('LLLL yyyy')}`,
    await ask({
      measures: CALLS,
      dimensions: ['calls.team', 'calls.manager'],
      ...month('calls'),
      filters: [{ member: 'calls.calls_total', operator: 'gt', values: ['0'] }],
      order: [
        ['calls.team', 'asc'],
        ['calls.calls_out', 'desc'],
      ],
    }),
  );
  print(
    `Plan and fact, ${whole.toFormat('LLLL yyyy')}`,
    await ask({
      measures: ['plan_fact.plan_amount', 'plan_fact.fact_amount', 'plan_fact.plan_execution'],
      dimensions: ['plan_fact.team', 'plan_fact.manager'],
      ...month('plan_fact'),
      filters: [{ member: 'plan_fact.plan_amount', operator: 'gt', values: ['0'] }],
      order: [
        ['plan_fact.team', 'asc'],
        ['plan_fact.plan_execution', 'desc'],
      ],
    }),
  );
  const from = day.minus({ months: 3 }).startOf('month');
  print(
    `Funnel of the leads created from ${iso(from)} to ${iso(day)}`,
    await ask({
      measures: ['funnel.deals_reached', 'funnel.step_conversion'],
      dimensions: ['funnel.step_no', 'funnel.step'],
      timeDimensions: [{ dimension: 'funnel.created_at', dateRange: [iso(from), iso(day)] }],
      filters: [{ member: 'funnel.deals_reached', operator: 'gt', values: ['0'] }],
      order: { 'funnel.step_no': 'asc' },
    }),
  );
  print(
    'Open pipeline',
    await ask({
      measures: ['deals.open_deals', 'deals.open_amount'],
      dimensions: ['deals.team'],
      filters: [{ member: 'deals.open_deals', operator: 'gt', values: ['0'] }],
      order: { 'deals.team': 'asc' },
    }),
  );
}

/** Calls that rang out in a queue, deals whose owner has left the company: they belong to nobody, and the table says so. */
function withNobodyNamed(result: QueryResult): QueryResult {
  const rows = result.rows.map((row) =>
    Object.fromEntries(
      Object.entries(row).map(([name, value]) => [
        name,
        value ?? (name.endsWith('.manager') ? '(no manager)' : name.endsWith('.team') ? '(no team)' : value),
      ]),
    ),
  );
  return { ...result, rows };
}

/** The newest day before today on which the measure is not zero. */
async function lastDayWith(
  measure: string,
  today: DateTime,
  ask: (query: object) => Promise<QueryResult>,
): Promise<DateTime | undefined> {
  const { rows } = await ask({
    measures: [measure],
    timeDimensions: [
      {
        dimension: 'funnel.date',
        granularity: 'day',
        dateRange: [
          today.minus({ days: 14 }).toFormat('yyyy-MM-dd'),
          today.minus({ days: 1 }).toFormat('yyyy-MM-dd'),
        ],
      },
    ],
    filters: [{ member: measure, operator: 'gt', values: ['0'] }],
    order: { 'funnel.date': 'desc' },
    limit: 1,
  });
  const value = rows[0]?.['funnel.date.day'];
  return typeof value === 'string' ? DateTime.fromISO(value, { zone: today.zone }) : undefined;
}
