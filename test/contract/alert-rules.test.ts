import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Row } from '../../cube/query.ts';
import { listAlerts } from '../../pipelines/alerts/alert.ts';
import { describeAlert } from '../../pipelines/alerts/describe.ts';
import { evaluateRules, type Evaluation } from '../../pipelines/alerts/evaluate.ts';
import { keepAlerts } from '../../pipelines/alerts/keep-alerts.ts';
import { ruleSettings, type RuleName } from '../../pipelines/alerts/settings.ts';
import type { Asker } from '../../pipelines/reports/asker.ts';
import { WorkingDays } from '../../pipelines/reports/working-days.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';
import { activity, CASES, NOW } from './alert-cases.ts';

const days = new WorkingDays({}, 'Europe/Moscow');

/** Answers as Cube would; what is asked of Cube is tested with Cube itself, over the synthetic company. */
function answering(views: Readonly<Record<string, readonly Row[]>>): Asker {
  return {
    context: { role: 'executive', teams: [], managers: [] },
    knows: () => true,
    ask: (query) => {
      const { measures = [] } = query as { measures?: string[] };
      return Promise.resolve({ rows: views[measures[0]?.split('.')[0] ?? ''] ?? [], annotation: {} });
    },
  };
}

const judge = async (
  rule: RuleName,
  views: Readonly<Record<string, readonly Row[]>>,
  now = NOW,
): Promise<Evaluation> => {
  const all = await evaluateRules({
    asker: answering(views),
    days,
    rules: ruleSettings.parse({}),
    firstContactNorm: 1_800,
    now,
  });
  expect(all.failed).toEqual([]);
  return { failed: [], judgements: all.judgements.filter((one) => one.rule === rule) };
};
const findings = (evaluation: Evaluation) => evaluation.judgements.flatMap((one) => one.findings);

let database: TestDatabase;
let warehouse: Warehouse;
beforeAll(async () => {
  database = await createTestDatabase();
  warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
});
afterAll(async () => {
  await warehouse.close();
  await database.drop();
});

describe.each(CASES)('$rule', ({ rule, over, edge, expected }) => {
  it('is raised over its bound, naming manager, number, norm and rows, and not at it', async () => {
    const found = findings(await judge(rule, over));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ subject: expected.subject, manager: expected.manager });
    expect(found[0]?.value).toBeCloseTo(expected.value, 9);
    expect(found[0]?.evidence).toHaveLength(expected.rows);
    expect(findings(await judge(rule, edge))).toEqual([]);
  });

  it('is raised once, cleared when it is so no more, and raised again as a new one', async () => {
    const lives: number[][] = [];
    for (const [minute, views] of [over, over, edge, edge, over].entries()) {
      const now = new Date(NOW.getTime() + minute * 1_000);
      const client = await warehouse.pool.connect();
      try {
        const { raised, cleared } = await keepAlerts(client, await judge(rule, views), now);
        lives.push([raised, cleared]);
      } finally {
        client.release();
      }
    }
    expect(lives).toEqual([
      [1, 0],
      [0, 0],
      [0, 1],
      [0, 0],
      [1, 0],
    ]);
    const open = (await listAlerts(warehouse.pool)).filter((alert) => alert.rule === rule);
    expect(open).toHaveLength(1);
    // A sentence in both languages, with the manager where there is one.
    for (const language of ['en', 'ru'] as const) {
      const text = describeAlert(open[0]!, language);
      expect(text).not.toMatch(/undefined|NaN|null/);
      if (expected.manager !== null) expect(text).toContain(expected.manager);
    }
  });
});

describe('a drop in activity', () => {
  it('that chance brings to somebody who does little is none', async () => {
    expect(findings(await judge('activity_drop', { scorecard: activity(0.5, 6) }))).toEqual([]);
  });
});

describe('a rule that could not be judged', () => {
  it('takes no other with it, and its alerts stay as they are', async () => {
    const asker: Asker = {
      ...answering({}),
      ask: (query) =>
        JSON.stringify(query).includes('calls.')
          ? Promise.reject(new Error('no answer'))
          : answering({}).ask(query),
    };
    const evaluation = await evaluateRules({
      asker,
      days,
      rules: ruleSettings.parse({}),
      firstContactNorm: 1_800,
      now: NOW,
    });
    expect(evaluation.failed.map(({ rule }) => rule)).toEqual(['missed_unreturned', 'source_stale']);
    const before = (await listAlerts(warehouse.pool)).filter(({ rule }) => rule === 'missed_unreturned');
    await keepAlerts(warehouse.pool as never, evaluation, NOW);
    expect((await listAlerts(warehouse.pool)).filter(({ rule }) => rule === 'missed_unreturned')).toEqual(
      before,
    );
    expect(before).toHaveLength(1);
  });
});

describe('a telephone that falls silent', () => {
  /** Twenty answered calls in every working hour of the weeks before; today none from 11 on. */
  const calls: Row[] = days.between('2026-02-10', '2026-03-17').flatMap((date) =>
    Array.from({ length: 9 }, (_, index) => index + 9)
      .filter((hour) => date !== '2026-03-17' || hour < 11)
      .map((hour) => ({
        'calls.date.hour': `${date}T${String(hour).padStart(2, '0')}:00:00.000`,
        'calls.calls_answered': '20',
      })),
  );
  const at = async (clock: string): Promise<number> =>
    findings(
      await judge('source_stale', { calls, data_health: [] }, new Date(`2026-03-17T${clock}:00+03:00`)),
    ).length;

  it('is noticed after two whole hours of the working day without an answered call', async () => {
    expect(await at('12:59')).toBe(0);
    expect(await at('13:00')).toBe(1);
  });

  it('is not missed at night or on a holiday', async () => {
    expect(await at('22:00')).toBe(0);
    const saturday = await judge(
      'source_stale',
      { calls, data_health: [] },
      new Date('2026-03-21T13:00:00+03:00'),
    );
    expect(findings(saturday)).toEqual([]);
  });
});
