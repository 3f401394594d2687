import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { SecurityContext } from '../../cube/access.ts';
import { acknowledge } from '../../pipelines/alerts/alert.ts';
import { keepAlerts } from '../../pipelines/alerts/keep-alerts.ts';
import { notifyAlerts } from '../../pipelines/alerts/notify.ts';
import type { Finding } from '../../pipelines/alerts/rule.ts';
import { parseConfig } from '../../pipelines/config/index.ts';
import type { Asker } from '../../pipelines/reports/asker.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';

const config = parseConfig(
  JSON.stringify({
    account: { name: 'Test', time_zone: 'Europe/Moscow', currency: 'RUB' },
    sources: [{ type: 'files', name: 'tables', folder: '.', date_order: 'dmy' }],
    channels: [{ type: 'folder', name: 'folder', path: 'out' }],
    recipients: [
      { name: 'North', role: 'head', teams: ['North'], at: [{ channel: 'folder', address: 'north' }] },
      { name: 'South', role: 'head', teams: ['South'], at: [{ channel: 'folder', address: 'south' }] },
      { name: 'boss', role: 'executive', at: [{ channel: 'folder', address: 'boss' }] },
    ],
    alerts: { levels: [{ to: ['North', 'South'] }, { to: ['boss'], after: '4h' }] },
  }),
  'voronka.yaml',
);

const of = (manager: string, team: string): Finding => ({
  subject: manager,
  subjectTitle: manager,
  managerId: `1:${manager}`,
  manager,
  teamId: `1:${team}`,
  team,
  value: 7,
  norm: 4,
  unit: 'count',
  evidence: [{ id: '1:1', title: `A deal of ${manager}` }],
});
const anna = of('Anna', 'North');
const boris = of('Boris', 'North');
const clara = of('Clara', 'South');

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
beforeEach(() => warehouse.pool.query('truncate ops.messages, ops.alerts, ops.alert_notices cascade'));

/** A Tuesday, by Moscow's clock. */
const at = (clock: string): Date => new Date(`2026-03-17T${clock}:00+03:00`);

/** The view of alerts as a reader sees it: an executive all, a head the teams. */
function seeing(context: SecurityContext): Promise<Asker> {
  return Promise.resolve({
    context,
    knows: () => true,
    ask: async () => {
      const { rows } = await warehouse.pool.query<{ id: string }>(
        `select alert_id::text as id from ops.alerts where $1 or team = any ($2)`,
        [context.role === 'executive', context.teams],
      );
      return { rows: rows.map(({ id }) => ({ 'alerts.alert_id': id })), annotation: {} };
    },
  });
}

async function found(findings: readonly Finding[], now: Date): Promise<void> {
  const client = await warehouse.pool.connect();
  try {
    await keepAlerts(client, { failed: [], judgements: [{ rule: 'no_next_task', findings }] }, now);
  } finally {
    client.release();
  }
}
const notify = (now: Date): Promise<number> =>
  notifyAlerts({ pool: warehouse.pool, config, now, askerOf: seeing });

async function messages(): Promise<{ address: string; subject: string; text: string }[]> {
  const { rows } = await warehouse.pool.query<{ address: string; subject: string; text: string }>(
    `select address, subject, content ->> 'text' as text from ops.messages order by message_id`,
  );
  return rows;
}

describe('an alert', () => {
  it('is told to each reader who may see it, once, with those of the same moment in one message', async () => {
    await found([anna, boris, clara], at('10:00'));
    expect(await notify(at('10:00'))).toBe(2);
    expect(await notify(at('10:01'))).toBe(0);
    expect(await notify(at('13:59'))).toBe(0);
    const [north, south] = await messages();
    expect(north?.address).toBe('north');
    expect(north?.subject).toContain('(+1)');
    expect(north?.text).toContain('A deal of Anna');
    expect(north?.text).toContain('A deal of Boris');
    expect(north?.text).not.toContain('Clara');
    expect(south).toMatchObject({ address: 'south', text: expect.not.stringContaining('Anna') as string });
  });

  it('waits in the quiet hours, and is not told when it is over before they are', async () => {
    await found([anna, clara], at('21:00'));
    expect(await notify(at('21:00'))).toBe(0);
    const morning = new Date('2026-03-18T08:59:00+03:00');
    await found([clara], morning);
    expect(await notify(morning)).toBe(0);
    expect(await notify(new Date('2026-03-18T09:00:00+03:00'))).toBe(2);
    // Clara's head, and by now the executive.
    expect((await messages()).map(({ address }) => address)).toEqual(['south', 'boss']);
  });

  it('that comes soon after another waits and goes with what comes meanwhile', async () => {
    await found([anna], at('10:00'));
    await notify(at('10:00'));
    await found([anna, boris], at('10:05'));
    expect(await notify(at('10:05'))).toBe(0);
    expect(await notify(at('10:15'))).toBe(1);
    expect((await messages()).map(({ text }) => text.includes('Anna'))).toEqual([true, false]);
  });

  it('goes to the next level when nobody has it in hand, and no further when somebody has', async () => {
    await found([anna, clara], at('10:00'));
    await notify(at('10:00'));
    const { rows } = await warehouse.pool.query<{ id: number }>(
      `select alert_id::int as id from ops.alerts where manager = 'Anna'`,
    );
    expect(await acknowledge(warehouse.pool, rows[0]!.id, 'North')).toBe(true);
    expect(await notify(at('13:59'))).toBe(0);
    expect(await notify(at('14:00'))).toBe(1);
    const last = (await messages()).at(-1);
    expect(last?.address).toBe('boss');
    expect(last?.text).toContain('Clara');
    expect(last?.text).not.toContain('Anna');
    const states = await warehouse.pool.query(
      'select manager, level, notified_at from ops.alerts order by manager',
    );
    expect(states.rows).toEqual([
      { manager: 'Anna', level: 1, notified_at: at('10:00') },
      { manager: 'Clara', level: 2, notified_at: at('10:00') },
    ]);
  });

  it('that cleared and came again is told again', async () => {
    await found([anna], at('10:00'));
    await notify(at('10:00'));
    await found([], at('11:00'));
    await found([anna], at('12:00'));
    expect(await notify(at('12:00'))).toBe(1);
    expect(await acknowledge(warehouse.pool, 0, 'nobody')).toBe(false);
  });
});
