import fc from 'fast-check';
import { DateTime } from 'luxon';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueToken } from '../../cube/auth.ts';
import { runQuery } from '../../cube/query.ts';
import { startCube, type RunningCube } from '../../cube/server.ts';
import {
  CONFIG,
  createSmallCrm,
  event,
  lead,
  moved,
  reassigned,
  START,
  type RawRow,
  type SmallCrm,
} from '../models/small-crm.ts';

const SECRET = 'a secret that only these tests know, forty';

/** Local days on whose edges something is different: leap day, new year, both changes of clocks, ends of months of any length. */
const DAYS = ['2024-02-29', '2024-03-01', '2025-01-01', '2025-03-01', '2025-03-09', '2025-03-30', '2025-05-01', '2025-10-26', '2025-11-02', '2025-12-31']; // prettier-ignore
/** Roubles for a dollar from that day on. */
const RATES: readonly (readonly [string, number])[] = [['2024-01-01', 80], ['2024-03-01', 90], ['2025-01-01', 100], ['2025-03-30', 75], ['2025-10-26', 50]]; // prettier-ignore

interface Life {
  readonly id: number;
  /** Unix seconds, in order: created, handed to Boris, moved to the other pipeline, won. */
  readonly at: readonly [number, number, number, number];
  readonly price: number;
  readonly isForeign: boolean;
}

/** An instant within an hour and a half of a local midnight or of a change of clocks. */
const instant = (zone: string): fc.Arbitrary<number> =>
  fc
    .record({
      day: fc.constantFrom(...DAYS),
      hour: fc.constantFrom(0, 2),
      seconds: fc.oneof(fc.integer({ min: -5_400, max: 5_400 }), fc.constantFrom(-1, 0, 1)),
    })
    .map(({ day, hour, seconds }) => DateTime.fromISO(day, { zone }).set({ hour }).toSeconds() + seconds);

const lives = (zone: string): fc.Arbitrary<Life[]> =>
  fc
    .array(
      fc.record({
        at: fc.uniqueArray(instant(zone), { minLength: 4, maxLength: 4 }),
        price: fc.integer({ min: 1, max: 1_000_000 }),
        isForeign: fc.boolean(),
      }),
      { minLength: 150, maxLength: 150 },
    )
    .map((all) =>
      all.map(({ at, ...rest }, index) => {
        const [a = 0, b = 0, c = 0, d = 0] = at.sort((one, other) => one - other);
        return { id: index + 1, at: [a, b, c, d], ...rest };
      }),
    );

const minute = (at: number): number => (at - START) / 60;

function rowsOf({ id, at: [created, handed, changed, won], price, isForeign }: Life): RawRow[] {
  return [
    event('lead_added', id, minute(created)),
    reassigned(id, minute(handed), 1, 2),
    moved(id, minute(changed), 20, '2:210'),
    moved(id, minute(won), '2:210', '2:142'),
    lead({
      id,
      price,
      status: 142,
      pipeline: 2,
      owner: 2,
      created: minute(created),
      updated: minute(won),
      closed: minute(won),
      fields: isForeign ? [{ field_id: 1, field_name: 'Currency', values: [{ value: 'USD' }] }] : null,
    }),
  ];
}

/** `2025-03-30 7:1 leads_new` → how many. */
type Told = Record<string, number>;

function worked(all: readonly Life[], zone: string, format: string): Told {
  const told: Told = {};
  const add = (at: number, manager: string, measure: string, value: number): void => {
    const key = `${DateTime.fromSeconds(at, { zone }).toFormat(format)} ${manager} ${measure}`;
    told[key] = Math.round(((told[key] ?? 0) + value) * 100) / 100;
  };
  for (const {
    at: [created, , , won],
    price,
    isForeign,
  } of all) {
    const day = DateTime.fromSeconds(won, { zone }).toISODate() ?? '';
    const rate = RATES.findLast(([from]) => from <= day)?.[1] ?? 0;
    add(created, '7:1', 'leads_new', 1);
    add(won, '7:2', 'deals_won', 1);
    add(won, '7:2', 'won_amount', price * (isForeign ? rate : 1));
  }
  return told;
}

describe.each(['Europe/Berlin', 'America/St_Johns', 'Asia/Kathmandu'])('in %s', (zone) => {
  let crm: SmallCrm;
  let cube: RunningCube;
  beforeAll(async () => {
    crm = await createSmallCrm({
      ...CONFIG,
      settings: { ...CONFIG.settings, timeZone: zone, dealCurrencyField: 'Currency' },
    });
    for (const [date, rate] of RATES) {
      await crm.pool.query(
        `insert into raw.files__exchange_rates (account_id, id, payload, is_deleted, load_id, first_seen_at, seen_at)
         values ('files', $1, $2, false, 1, now(), now())`,
        [date, { file: 'rates.csv', sheet: null, row: 1, values: { currency: 'USD', date, rate } }],
      );
    }
    cube = await startCube({
      readerUrl: crm.url,
      port: 0,
      timeZone: zone,
      apiSecret: SECRET,
      portable: true,
    });
  });
  afterAll(async () => {
    await cube.stop();
    await crm.drop();
  });

  async function answered(granularity: 'day' | 'month'): Promise<Told> {
    const token = issueToken({ secret: SECRET, role: 'executive' });
    const measures = ['leads_new', 'deals_won', 'won_amount'];
    const { rows } = await runQuery({
      url: cube.url,
      token,
      query: {
        measures: measures.map((measure) => `funnel.${measure}`),
        dimensions: ['funnel.manager_id'],
        timeDimensions: [{ dimension: 'funnel.date', granularity }],
        limit: 50_000,
      },
    });
    const length = granularity === 'day' ? 10 : 7;
    return Object.fromEntries(
      rows.flatMap((row) =>
        measures.flatMap((measure) => {
          const value = Number(row[`funnel.${measure}`]);
          const cell = `${String(row[`funnel.date.${granularity}`]).slice(0, length)} ${String(row['funnel.manager_id'])}`;
          return value === 0 ? [] : [[`${cell} ${measure}`, value]];
        }),
      ),
    );
  }

  it('each event is of the local day and of the owner of that instant, amounts at that day’s rate', async () => {
    await fc.assert(
      fc.asyncProperty(lives(zone), async (all) => {
        await crm.clear();
        await crm.put(all.flatMap(rowsOf));
        await crm.build();
        expect(await answered('day')).toEqual(worked(all, zone, 'yyyy-MM-dd'));
        expect(await answered('month')).toEqual(worked(all, zone, 'yyyy-MM'));
      }),
      { numRuns: 1, endOnFailure: true },
    );
  });
});
