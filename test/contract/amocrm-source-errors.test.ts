import { afterEach, beforeEach, expect, it } from 'vitest';
import type { FaultName, FaultPlan } from '../../demo/amocrm/index.ts';
import { openSource } from '../../pipelines/sources/index.ts';
import { company, openBench, readToEnd, TOKEN_ENV, type Bench } from './amocrm-source-fixture.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench(
    company({ leads: 900, contacts: 100, companies: 60, events: 300, tasks: 120, notes: 90 }),
  );
});
afterEach(() => bench.close());

const PASSING: readonly (readonly [fault: FaultName, plan: FaultPlan])[] = [
  ['server-error', { every: 4 }],
  ['bad-gateway', { every: 4 }],
  ['gateway-timeout', { every: 4 }],
  ['cut-json', { every: 4 }],
  ['cut-connection', { every: 4 }],
  ['dropped-connection', { every: 4 }],
  ['html-instead-of-json', { every: 4 }],
  ['slow-body', { every: 5, ms: 700 }],
  ['slow-answer', { every: 5, ms: 700 }],
  ['too-many-requests', { every: 6 }],
];

it.each(PASSING)('gets over %s and loses nothing', async (fault, plan) => {
  bench.standIn.faults[fault] = plan;
  await bench.sync(['leads', 'events', 'tasks']);
  bench.standIn.faults[fault] = false;
  await bench.sync();
  expect(await bench.differences()).toEqual([]);
});

/** At the test's 500 a second some leave while the refusal is on its way to be read. */
const UNDER_WAY_MS = 100;

it.each(['rate-limit-html', 'retry-after'] as const)('backs off at a 429 with %s', async (shape) => {
  bench.standIn.faults[shape] = { seconds: 1 };
  bench.standIn.faults['too-many-requests'] = { times: 3 };
  const session = await bench.open();
  await readToEnd(session, 'leads');
  await session.close();
  const refused = bench.standIn.requests.filter(({ status }) => status === 429);
  expect(refused.length).toBe(3);
  if (shape === 'retry-after') {
    // Nobody asks within the second the answer asked for, beyond what was under way already.
    const last = refused.at(-1)!;
    const next = bench.standIn.requests.filter(
      ({ time, status }) => time > last.time + last.ms + UNDER_WAY_MS && status !== 429,
    );
    expect(next[0]!.time - last.time).toBeGreaterThan(900);
  }
});

it('gives up on a source that stays down, says so, and asks to be tried later', async () => {
  const session = await bench.open({ maxTries: 2 });
  bench.standIn.faults['server-error'] = true;
  await expect(readToEnd(session, 'leads')).rejects.toMatchObject({
    code: 'AMOCRM_UNAVAILABLE',
    retry: 'later',
  });
  bench.standIn.faults['server-error'] = false;
  await readToEnd(session, 'leads');
  await session.close();
});

it('gives up a body that drips for ever', async () => {
  const session = await bench.open({ maxTries: 1, http: { totalTimeoutMs: 400 } });
  bench.standIn.faults['slow-body'] = { ms: 5_000 };
  await expect(readToEnd(session, 'leads')).rejects.toMatchObject({ code: 'AMOCRM_UNAVAILABLE' });
  await session.close();
});

it('stops at once when a long-lived token is rejected, and says what to do without showing it', async () => {
  const session = await bench.open();
  const { token } = bench.standIn;
  bench.standIn.revokeToken(token);
  const before = bench.standIn.requests.length;
  const error = await readToEnd(session, 'tasks').catch((reason: unknown) => reason as Error);
  expect(error).toMatchObject({ code: 'AMOCRM_TOKEN_REJECTED', retry: 'never' });
  expect((error as Error).message).toMatch(/make a new long-lived token .* TEST_AMOCRM_TOKEN/);
  expect(JSON.stringify([error, (error as Error).message, (error as Error).stack])).not.toContain(token);
  expect(bench.standIn.requests.length - before).toBe(1);
  await session.close();
});

it('says which variable is missing', async () => {
  const opening = openSource(bench.config, { warehouse: bench.warehouse, environment: {} });
  await expect(opening).rejects.toThrow(TOKEN_ENV);
});

it('stops at 402 for the account and says that the subscription is over', async () => {
  bench.standIn.faults['payment-required'] = true;
  await expect(bench.open()).rejects.toMatchObject({ code: 'AMOCRM_PAYMENT_REQUIRED', retry: 'never' });
});

it.each(['users-forbidden', 'external-integration'] as const)(
  'goes on without users (%s) and says so',
  async (fault) => {
    bench.standIn.faults[fault] = true;
    const session = await bench.open();
    expect(session.streams.filter(({ missing }) => missing !== undefined)).toMatchObject([
      { name: 'users', missing: expect.stringContaining('403') },
    ]);
    await session.close();
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
  },
);

it('goes on when rights to users are taken away in the middle', async () => {
  const session = await bench.open();
  bench.standIn.faults['users-forbidden'] = true;
  const { rows } = await bench.warehouse.pool.query('select count(*)::int from ops.account_blocks');
  expect(rows).toEqual([{ count: 0 }]);
  await readToEnd(session, 'users');
  const { rows: cursors } = await bench.warehouse.pool.query<{ missing: string }>(
    `select cursor->>'missing' as missing from ops.cursors where stream = 'users'`,
  );
  expect(cursors[0]!.missing).toContain('no right');
  await session.close();
});

it('stops everything for an account that is blocked, in every process, until it answers again', async () => {
  const one = await bench.open();
  const other = await bench.open();
  bench.standIn.faults['banned'] = { times: 1 };
  await expect(readToEnd(one, 'leads')).rejects.toMatchObject({ code: 'AMOCRM_BLOCKED', retry: 'never' });
  const before = bench.standIn.requests.length;
  await expect(readToEnd(other, 'events')).rejects.toMatchObject({ code: 'AMOCRM_BLOCKED' });
  await expect(bench.open()).rejects.toMatchObject({ code: 'AMOCRM_BLOCKED' });
  expect(bench.standIn.requests.length).toBe(before);
  await one.close();
  await other.close();
  await bench.warehouse.pool.query(
    `update ops.account_blocks set asked_again_at = now() - interval '1 hour'`,
  );
  await bench.sync();
  expect(await bench.differences()).toEqual([]);
});

it('sees less with the token of a manager, and marks nothing deleted for it', async () => {
  await bench.sync();
  bench.standIn.faults['own-leads-only'] = true;
  await bench.sync();
  const { rows } = await bench.warehouse.pool.query(
    'select count(*)::int from raw.amocrm__leads where is_deleted',
  );
  expect(rows).toEqual([{ count: 0 }]);
});
