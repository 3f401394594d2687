import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCallsWay, type CallsWay } from './calls-way.ts';

const FILE = join(import.meta.dirname, '../../../shared/data/asterisk_cdr/Master.masked.csv');

/** The figures are those of the data set's SOURCE.md, for which the recordings beside the original are an independent witness. */
describe.skipIf(!existsSync(FILE))(
  'the Master.csv of a real PBX, from file to REST (skipped without ../shared/data/asterisk_cdr)',
  () => {
    let way: CallsWay;
    beforeAll(async () => {
      way = await openCallsWay({
        timeZone: 'Asia/Irkutsk',
        source: { files: { path: FILE }, time_zone: 'UTC', own_numbers: ['211474', '211553'] },
      });
    });
    afterAll(() => way?.stop());

    it('84 rows are 36 calls: 24 reached a person, 12 did not, 6 of these heard an announcement only; 790 s of talk', async () => {
      expect(
        (await way.warehouse.pool.query(`select count(*)::int as n from raw.asterisk__cdr`)).rows,
      ).toEqual([{ n: 84 }]);
      const [row] = await way.ask({
        measures: [
          'calls.calls_total',
          'calls.calls_in',
          'calls.calls_answered',
          'calls.calls_missed',
          'calls.missed_rate',
          'calls.talk_time',
          'calls.calls_out',
          'calls.reach_rate',
        ],
      });
      expect(row).toMatchObject({
        'calls.calls_total': '36',
        'calls.calls_in': '36',
        'calls.calls_answered': '24',
        'calls.calls_missed': '12',
        'calls.talk_time': '790',
        'calls.calls_out': '0',
        'calls.reach_rate': null,
      });
      expect(Number(row!['calls.missed_rate'])).toBeCloseTo(1 / 3, 10);
      const reasons = await way.ask({
        measures: ['calls.calls_missed'],
        dimensions: ['calls.missed_reason'],
        filters: [{ member: 'calls.outcome', operator: 'equals', values: ['missed'] }],
      });
      expect(
        reasons.map((one) => [one['calls.missed_reason'], Number(one['calls.calls_missed'])]).sort(),
      ).toEqual([
        ['announcement_only', 6],
        ['busy', 1],
        ['no_answer', 5],
      ]);
    });

    it('puts each call on the day and hour of the business, eight hours ahead of what is stored', async () => {
      // The epoch inside the id of a call's first channel, in the zone of the recordings' names.
      const local = new Map<string, number>();
      const rows: string[][] = parse(readFileSync(FILE, 'latin1'), { relax_column_count: true });
      for (const linkedid of new Set(rows.map((row) => row[19] ?? ''))) {
        const epoch = Number(/(\d+)\.\d+$/.exec(linkedid)?.[1]);
        const at = new Date((epoch + 8 * 3_600) * 1_000).toISOString();
        const hour = `${at.slice(0, 10)} ${Number(at.slice(11, 13))}`;
        local.set(hour, (local.get(hour) ?? 0) + 1);
      }
      const found = await way.ask({
        measures: ['calls.calls_in'],
        dimensions: ['calls.hour', 'calls.weekday'],
        timeDimensions: [{ dimension: 'calls.date', granularity: 'day' }],
      });
      expect(
        new Map(
          found.map((row) => [
            `${String(row['calls.date.day']).slice(0, 10)} ${String(row['calls.hour'])}`,
            Number(row['calls.calls_in']),
          ]),
        ),
      ).toEqual(local);
      // The fifth call is stored under 16:16 of Saturday and was made at 00:16 of Sunday.
      const perDay = new Map<number, number>();
      for (const row of found) {
        const weekday = Number(row['calls.weekday']);
        perDay.set(weekday, (perDay.get(weekday) ?? 0) + Number(row['calls.calls_in']));
      }
      expect(perDay).toEqual(
        new Map([
          [6, 4],
          [7, 32],
        ]),
      );
    });

    it('says of every call why no client was found: two callers have a number without its area', async () => {
      const reasons = await way.ask({
        measures: ['calls.calls_in'],
        dimensions: ['calls.unmatched_reason'],
      });
      expect(
        reasons.map((row) => [row['calls.unmatched_reason'], Number(row['calls.calls_in'])]).sort(),
      ).toEqual([
        ['not_in_crm', 34],
        ['too_short', 2],
      ]);
    });
  },
);
