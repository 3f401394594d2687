import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  companyFunnel,
  generateCompany,
  writeCompany,
  type Truth,
  type WorkRecord,
} from '../../demo/company/index.ts';
import { LINES, TRUNK } from '../../demo/telephony/index.ts';
import { openWholeWay, type WholeWay } from '../harness/whole-way.ts';
import { UNTIL } from './company-fixture.ts';
import { REGULATION, scorecardAgrees } from './scorecard-agrees.ts';

/** A measure over REST and the same number out of the company's own books; null where the books have nothing to divide by. */
interface Compared {
  readonly measure: string;
  readonly expected: (work: WorkRecord) => number | null;
}

const ratio = ({ num, den }: { num: number; den: number }): number | null => (den === 0 ? null : num / den);
const average = ({ seconds, count }: { seconds: number; count: number }): number | null =>
  count === 0 ? null : seconds / count;

const percent = ({ num, den }: { num: number; den: number }): number | null =>
  den === 0 ? null : (100 * num) / den;

/** By view; each has `date` and `manager_id`. */
const KPIS: Readonly<Record<string, readonly Compared[]>> = {
  calls: [
    { measure: 'calls_out', expected: (work) => work.calls_out },
    { measure: 'calls_in', expected: (work) => work.calls_in },
    { measure: 'calls_answered', expected: (work) => work.calls_in_answered + work.calls_out_answered },
    { measure: 'calls_in_answered', expected: (work) => work.calls_in_answered },
    { measure: 'calls_out_answered', expected: (work) => work.calls_out_answered },
    { measure: 'calls_missed', expected: (work) => work.calls_missed },
    { measure: 'missed_rate', expected: (work) => ratio(work.missed_rate) },
    { measure: 'callback_time', expected: (work) => average(work.callback_time) },
    { measure: 'talk_time', expected: (work) => work.talk_time.seconds },
    { measure: 'avg_talk_time', expected: (work) => average(work.talk_time) },
    { measure: 'reach_rate', expected: (work) => ratio(work.reach_rate) },
  ],
  correspondence: [
    { measure: 'emails_sent', expected: (work) => work.emails_sent },
    { measure: 'emails_received', expected: (work) => work.emails_received },
    { measure: 'emails_unanswered', expected: (work) => work.emails_unanswered },
    { measure: 'email_replies', expected: (work) => work.email_reply_time.count },
    { measure: 'email_reply_time', expected: (work) => average(work.email_reply_time) },
  ],
  meetings: [
    // The company's present is long past, so what it looked forward to has taken place by the database's clock.
    { measure: 'meetings_held', expected: (work) => work.meetings_held + work.meetings_planned },
    { measure: 'presentations_held', expected: (work) => work.presentations_held },
  ],
  quality: [
    { measure: 'csat_avg', expected: (work) => ratio(work.csat_avg) },
    { measure: 'nps', expected: (work) => percent(work.nps) },
    { measure: 'calls_reviewed', expected: (work) => work.calls_reviewed },
    { measure: 'call_score_avg', expected: (work) => ratio(work.call_score_avg) },
    { measure: 'training_hours', expected: (work) => work.training_hours },
    { measure: 'test_score_avg', expected: (work) => ratio(work.test_score_avg) },
  ],
  plan_fact: [
    { measure: 'plan_amount', expected: ({ plan_amount: plan }) => (plan === 0 ? null : plan) },
    { measure: 'plan_deals', expected: ({ plan_deals: plan }) => (plan === 0 ? null : plan) },
    { measure: 'plan_new_clients', expected: ({ plan_new_clients: plan }) => (plan === 0 ? null : plan) },
    { measure: 'plan_proposals', expected: ({ plan_proposals: plan }) => (plan === 0 ? null : plan) },
    { measure: 'plan_calls', expected: ({ plan_calls: plan }) => (plan === 0 ? null : plan) },
  ],
};

describe('every KPI of the work outside the CRM, over REST, equals the synthetic company’s own books', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voronka-work-'));
  const equal = new Map<string, number>();
  let truth: Truth;
  let way: WholeWay;

  beforeAll(async () => {
    const company = generateCompany({ seed: 5, until: UNTIL, leads: 1_000 });
    writeCompany(company, folder);
    company.outside.write(folder);
    truth = company.truth;
    way = await openWholeWay({
      dataDir: folder,
      timeZone: truth.time_zone,
      currency: truth.currency,
      leadSourceField: 'Источник',
      funnel: Object.entries(companyFunnel).map(([pipeline, stages]) => ({
        pipeline,
        stages: { ...stages },
      })),
      managers: company.outside.managers,
      // The calendar knows them; the CRM's tasks would tell of them once more, at other hours.
      meetings: { task_types: [] },
      sections: { regulation: REGULATION },
      sources: [
        {
          type: 'asterisk',
          name: 'pbx',
          files: { path: join(folder, 'telephony') },
          time_zone: 'Europe/Moscow',
          trunk_pattern: `^PJSIP/${TRUNK}-`,
          extension_pattern: '^[1-4]\\d\\d$',
          own_numbers: Object.values(LINES).map((line) => `7${line}`),
        },
        {
          type: 'calendar',
          name: 'calendar',
          // Two years back from today are read otherwise, and the company's history is older.
          history_from: '2024-01-01',
          calendars: [{ path: join(folder, 'calendar') }],
          time_zone: 'Europe/Moscow',
          presentations: { categories: ['PRESENTATION'] },
        },
        { type: 'maildir', name: 'mail', path: join(folder, 'mail') },
        {
          type: 'files',
          name: 'tables',
          folder: join(folder, 'files'),
          date_order: 'dmy',
          decimal_separator: 'comma',
        },
      ],
    });
    await way.sync();
    await way.build();
  }, 600_000);

  afterAll(async () => {
    console.table(Object.fromEntries([...equal].map(([measure, values]) => [measure, { equal: values }])));
    await way?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const keyOf = (id: number | null): string => (id === null ? 'null' : `${truth.account_id}:${id}`);

  type Row = Readonly<Record<string, unknown>>;

  function compare(
    view: string,
    kpis: readonly Compared[],
    rows: readonly Row[],
    cellOf: (row: Row) => string,
    books: ReadonlyMap<string, WorkRecord>,
  ): void {
    const answered = new Map(rows.map((row) => [cellOf(row), row]));
    const differences: string[] = [];
    for (const { measure, expected } of kpis) {
      const name = `${view}.${measure}`;
      for (const cell of new Set([...answered.keys(), ...books.keys()])) {
        const answer = answered.get(cell)?.[name] ?? null;
        const actual = answer === null ? null : Number(answer);
        const work = books.get(cell);
        const wanted = work ? expected(work) : null;
        // A cell that is absent stands for "nothing happened": 0 of a count, null of a ratio.
        const isSame =
          Math.abs((actual ?? 0) - (wanted ?? 0)) <= 1e-9 * Math.abs(wanted ?? 0) &&
          (!work || !answered.has(cell) || (actual === null) === (wanted === null));
        if (isSame) equal.set(name, (equal.get(name) ?? 0) + 1);
        else differences.push(`${name} ${cell}: REST ${String(actual)}, books ${String(wanted)}`);
      }
    }
    expect(differences).toEqual([]);
  }

  describe.each(Object.entries(KPIS))('%s', (view, kpis) => {
    const measures = kpis.map(({ measure }) => `${view}.${measure}`);
    const month = { dimension: `${view}.date`, granularity: 'month' };
    const [monthKey, managerKey] = [`${view}.date.month`, `${view}.manager_id`];

    it('in total', async () => {
      const rows = await way.ask({ measures });
      compare(view, kpis, rows, () => 'total', new Map([['total', truth.work.total]]));
    });

    it('by manager', async () => {
      const rows = await way.ask({ measures, dimensions: [managerKey] });
      const books = new Map(truth.work.by_manager.map((work) => [keyOf(work.manager_id), work]));
      compare(view, kpis, rows, (row) => String(row[managerKey]), books);
    });

    it('by month', async () => {
      const rows = await way.ask({ measures, timeDimensions: [month] });
      const books = new Map(truth.work.by_month.map((work) => [work.month, work]));
      compare(view, kpis, rows, (row) => String(row[monthKey]).slice(0, 7), books);
    });

    it('by month and manager', async () => {
      const rows = await way.ask({
        measures,
        dimensions: [managerKey],
        timeDimensions: [month],
        limit: 10_000,
      });
      const books = new Map(
        truth.work.by_month_and_manager.map((work) => [`${work.month} ${keyOf(work.manager_id)}`, work]),
      );
      compare(
        view,
        kpis,
        rows,
        (row) => `${String(row[monthKey]).slice(0, 7)} ${String(row[managerKey])}`,
        books,
      );
    });
  });

  scorecardAgrees(() => way);

  it('costs and the size of the market, month by month', async () => {
    const names = ['sales_costs', 'marketing_costs', 'goods_costs', 'market_size'];
    const rows = await way.ask({
      measures: names.map((name) => `economics.${name}`),
      timeDimensions: [{ dimension: 'economics.date', granularity: 'month' }],
    });
    const months = new Map(rows.map((row) => [String(row['economics.date.month']).slice(0, 7), row]));
    for (const { month, sales, marketing, goods } of truth.costs) {
      const quarter = `${month.slice(0, 4)}-Q${Math.ceil(Number(month.slice(5)) / 3)}`;
      const market = truth.market_size.find((size) => size.quarter === quarter);
      const told = names.map((name) => Number(months.get(month)?.[`economics.${name}`]));
      expect(told, month).toEqual([sales, marketing, goods, (market?.amount ?? 0) / 3]);
      equal.set('economics', (equal.get('economics') ?? 0) + names.length);
    }
  });
});
