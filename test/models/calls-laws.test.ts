import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import type { LandingRow } from '../../pipelines/warehouse/index.ts';
import { createCdrBench, landCdr, landedRows } from './cdr-bench.ts';
import { SCENARIOS } from './cdr-scenarios.ts';
import { event, lead, type RawRow, type SmallCrm } from './small-crm.ts';

/** A build is seconds, so few runs of many calls each. */
const RUNS = { numRuns: 2, endOnFailure: true } as const;
const START = Date.parse('2025-03-03T06:00:00Z') / 1_000;

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createCdrBench();
});
beforeEach(async () => {
  await crm.clear();
  await crm.pool.query('truncate raw.asterisk__cdr, raw.asterisk__cdr__history');
  await crm.build({ full: true });
});
afterAll(() => crm.drop());

const callsNow = (): Promise<{ row: string }[]> =>
  crm.rows(`select fct::text as row from marts.fct_calls as fct order by call_id`);
const everythingNow = async (): Promise<unknown> => ({
  calls: await callsNow(),
  rings: await crm.rows(`select r::text as row from marts.fct_call_rings as r order by ring_id`),
  deals: await crm.rows(
    `select deal_id, first_call_at::text, first_contact_at::text, first_contact_business_seconds from marts.fct_deals order by 1`,
  ),
});

/** Forty calls by six clients over two days, their scenarios and hours as fast-check likes. */
const story = fc.array(
  fc.record({
    scenario: fc.integer({ min: 0, max: SCENARIOS.length - 1 }),
    at: fc.integer({ min: 0, max: 2 * 86_400 }),
    client: fc.integer({ min: 0, max: 5 }),
    out: fc.boolean(),
  }),
  { minLength: 40, maxLength: 40 },
);
const aliceOf = (client: number): string => `8916000200${client}`;

function rowsOf(
  calls: readonly { scenario: number; at: number; client: number; out: boolean }[],
): LandingRow[] {
  return calls.flatMap(({ scenario, at, client, out }, index) =>
    landedRows(
      out
        ? {
            rows: [
              { from: 'bob', to: 'trunk', dst: aliceOf(client), app: 'Dial', start: '0:00', ...outcome(at) },
            ],
          }
        : SCENARIOS[scenario]!,
      START + at,
      `c${index}`,
      aliceOf(client),
    ),
  );
}

const outcome = (
  at: number,
): { end: string; billsec: number; answer?: string; disposition: 'ANSWERED' | 'NO ANSWER' } =>
  at % 2 === 0
    ? { answer: '0:10', end: '1:00', billsec: 50, disposition: 'ANSWERED' }
    : { end: '0:30', billsec: 0, disposition: 'NO ANSWER' };

/** A contact with the client's number, and a deal of it. */
function crmRows(client: number, createdMinute: number): RawRow[] {
  return [
    {
      stream: 'contacts',
      id: String(500 + client),
      updatedAt: createdMinute,
      payload: {
        id: 500 + client,
        name: `Client ${client}`,
        created_at: START,
        custom_fields_values: [{ field_code: 'PHONE', values: [{ value: `+7 916 000-200${client}` }] }],
        _embedded: { companies: [] },
      },
    },
    lead({
      id: 700 + client,
      status: 20,
      created: createdMinute,
      contacts: [{ id: 500 + client, is_main: true }],
    }),
    event('lead_added', 700 + client, createdMinute),
  ];
}

it('makes no difference in what order rows come, how often, or how many builds there are between them', async () => {
  await fc.assert(
    fc.asyncProperty(
      story.chain((calls) => {
        const rows = rowsOf(calls);
        return fc.record({
          rows: fc.constant(rows),
          order: fc.shuffledSubarray([...rows.keys()], { minLength: rows.length }),
          again: fc.shuffledSubarray([...rows.keys()], { maxLength: rows.length }),
          cuts: fc.tuple(fc.nat(rows.length), fc.nat(rows.length)),
          crmFirst: fc.boolean(),
        });
      }),
      async ({ rows, order, again, cuts, crmFirst }) => {
        await crm.clear();
        await crm.pool.query('truncate raw.asterisk__cdr, raw.asterisk__cdr__history');
        await crm.build({ full: true });
        const cards = [0, 1, 2].flatMap((client) => crmRows(client, client * 600));
        if (crmFirst) await crm.put(cards);
        const [first, second] = [...cuts].sort((a, b) => a - b) as [number, number];
        const shuffled = order.map((index) => rows[index]!);
        await landCdr(crm, shuffled.slice(0, first));
        await crm.build();
        await landCdr(crm, [...shuffled.slice(first, second), ...again.map((index) => rows[index]!)]);
        if (!crmFirst) await crm.put(cards);
        await crm.build();
        await landCdr(crm, shuffled.slice(second));
        await crm.build();
        const grown = await everythingNow();
        await crm.build({ full: true });
        expect(grown).toEqual(await everythingNow());
      },
    ),
    RUNS,
  );
}, 300_000);

it('a card that gets the number of past calls takes them over, and gives them up with the number', async () => {
  await landCdr(crm, landedRows(SCENARIOS[1]!, START + 3_600, 'c1', aliceOf(1)));
  await crm.build();
  const owner = async (): Promise<unknown> =>
    crm.rows(`select client_id, deal_id, unmatched_reason from marts.fct_calls`);
  expect(await owner()).toEqual([{ client_id: null, deal_id: null, unmatched_reason: 'not_in_crm' }]);
  const [card, ...deal] = crmRows(1, 10);
  await crm.put([card!, ...deal]);
  await crm.build();
  expect(await owner()).toEqual([{ client_id: '7:contact:501', deal_id: '7:701', unmatched_reason: null }]);
  expect(await crm.rows(`select first_contact_at from marts.fct_deals`)).toEqual([
    { first_contact_at: new Date((START + 3_600) * 1_000) },
  ]);
  await crm.put([{ ...card!, payload: { ...card!.payload, custom_fields_values: null } }]);
  await crm.build();
  expect(await owner()).toEqual([{ client_id: null, deal_id: null, unmatched_reason: 'not_in_crm' }]);
  expect(await crm.rows(`select first_contact_at from marts.fct_deals`)).toEqual([
    { first_contact_at: null },
  ]);
});
