import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CONFIG, createSmallCrm, lead, moved, type Lead, type RawRow, type SmallCrm } from './small-crm.ts';

const CHEAPER = 1;
const CONVERTED = 2;
const UNPRICED = 3;
const OPEN = 4;
const AT_HOME = 5;

const DAY = 1_440;
const MIDNIGHT = 900;
const inCurrency = (code: string | null): Pick<Lead, 'fields'> => ({
  fields: code === null ? null : [{ field_id: 1, field_name: 'Currency', values: [{ value: code }] }],
});

const rows: readonly RawRow[] = [
  // The offer at the rate of 3 March, the sale one second after midnight, at that of the 5th.
  moved(CHEAPER, 10, 20, 50),
  moved(CHEAPER, DAY + MIDNIGHT + 1 / 60, 50, 142),
  lead({ id: CHEAPER, status: 142, updated: 2 * DAY, closed: DAY + MIDNIGHT + 1 / 60, ...inCurrency('usd') }),

  // A thousand roubles that became a thousand dollars on the 4th.
  lead({ id: CONVERTED, status: 20, price: 1_000, updated: 1, ...inCurrency(null) }, true),
  lead({ id: CONVERTED, status: 20, price: 1_000, updated: DAY, ...inCurrency('USD') }, true),
  moved(CONVERTED, 30, 20, 30),
  moved(CONVERTED, 3 * DAY, 30, 143),
  lead({ id: CONVERTED, status: 143, price: 1_000, updated: 3 * DAY, ...inCurrency('USD') }),

  moved(UNPRICED, 10, 20, 142),
  lead({ id: UNPRICED, status: 142, updated: 10, ...inCurrency('EUR') }),

  lead({ id: OPEN, status: 20, price: 10, ...inCurrency('USD') }),
  lead({ id: AT_HOME, status: 20, price: 10 }),
];

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createSmallCrm({
    ...CONFIG,
    settings: { ...CONFIG.settings, dealCurrencyField: 'Currency' },
  });
  await rate('2025-03-01', 90);
  await rate('2025-03-05', 100);
  await rate('2025-04-01', 110.5);
  await crm.put(rows);
  await crm.build();
});
afterAll(() => crm.drop());

async function rate(date: string, value: number): Promise<void> {
  await crm.pool.query(
    `insert into raw.files__exchange_rates (account_id, id, payload, is_deleted, load_id, first_seen_at, seen_at)
     values ('files', $1, $2, false, 1, now(), now())`,
    [date, { file: 'rates.csv', sheet: null, row: 1, values: { currency: 'USD', date, rate: value } }],
  );
}

const amountsOf = async (deal: number, event: string): Promise<unknown> =>
  (
    await crm.rows<{ amount: string | null }>(
      `select amount::float8 from marts.fct_deal_events where deal_id = $1 and event = $2 and not is_skipped order by occurred_at`,
      [`7:${deal}`, event],
    )
  ).map(({ amount }) => amount);
const dealOf = async (deal: number): Promise<unknown> =>
  (
    await crm.rows(
      `select amount::float8, original_amount::float8, original_currency from marts.fct_deals where deal_id = $1`,
      [`7:${deal}`],
    )
  )[0];

describe('an amount in another currency', () => {
  it('is told at the rate of the day of each event, and the original is kept', async () => {
    expect(await amountsOf(CHEAPER, 'created')).toEqual([9_000]);
    expect(await amountsOf(CHEAPER, 'reached')).toEqual([9_000, 9_000, 10_000]);
    expect(await amountsOf(CHEAPER, 'won')).toEqual([10_000]);
    expect(await dealOf(CHEAPER)).toEqual({ amount: 10_000, original_amount: 100, original_currency: 'USD' });
  });

  it('follows a deal that changes its currency', async () => {
    expect(await amountsOf(CONVERTED, 'reached')).toEqual([1_000, 1_000]);
    expect(await amountsOf(CONVERTED, 'lost')).toEqual([100_000]);
    expect(
      await crm.rows(
        `select currency, original_amount::int from marts.fct_deal_stage_stays where deal_id = $1 order by stay_no`,
        [`7:${CONVERTED}`],
      ),
    ).toEqual([
      { currency: 'RUB', original_amount: 1_000 },
      { currency: 'RUB', original_amount: 1_000 },
      { currency: 'USD', original_amount: 1_000 },
    ]);
  });

  it('is null without a rate, not taken for the reporting currency', async () => {
    expect(await dealOf(UNPRICED)).toEqual({ amount: null, original_amount: 100, original_currency: 'EUR' });
  });

  it('of an open deal is what it is worth at the last rate; a new one reaches it without a full build', async () => {
    expect(await dealOf(OPEN)).toEqual({ amount: 1_105, original_amount: 10, original_currency: 'USD' });
    expect(await dealOf(AT_HOME)).toEqual({ amount: 10, original_amount: 10, original_currency: 'RUB' });
    await rate('2025-05-01', 120);
    const { models } = await crm.build();
    expect(models.find(({ name }) => name === 'fct_deals')).toMatchObject({ mode: 'incremental' });
    expect(await dealOf(OPEN)).toMatchObject({ amount: 1_200 });
    expect(await dealOf(CHEAPER)).toMatchObject({ amount: 10_000 });
  });

  it('does not make the pipeline leak: a deal weighs there what it did when it was created', async () => {
    const moves = await crm.rows(
      `select kind, amount::int from intermediate.int_pipeline_moves where deal_id = $1 and kind <> 'none' order by change_no`,
      [`7:${CHEAPER}`],
    );
    expect(moves).toEqual([
      { kind: 'created', amount: 9_000 },
      { kind: 'won', amount: -9_000 },
    ]);
  });
});
