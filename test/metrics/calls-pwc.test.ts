import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openCallsWay, type CallsWay } from './calls-way.ts';
import { AGENTS, extensionOf, pwcMasterCsv, readPwcCalls } from './pwc-master-csv.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/pwc_call_centre');

/** calls, answered, missed, mean speed of answer, mean talk: SOURCE.md, published by others or recomputed there from the file. */
const PUBLISHED: Readonly<
  Record<(typeof AGENTS)[number], readonly [number, number, number, number, number]>
> = {
  Becky: [631, 517, 114, 65.33, 220.01],
  Dan: [633, 523, 110, 67.28, 231.19],
  Diane: [633, 501, 132, 66.27, 218.95],
  Greg: [624, 502, 122, 68.44, 226.8],
  Jim: [666, 536, 130, 66.34, 228.11],
  Joe: [593, 484, 109, 70.99, 224.1],
  Martha: [638, 514, 124, 69.49, 223.73],
  Stewart: [582, 477, 105, 66.18, 226.21],
};

describe.skipIf(!existsSync(DATA))(
  'PwC’s call centre as CDR rows, from Master.csv to REST (skipped without ../shared/data/pwc_call_centre)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'voronka-pwc-'));
    let way: CallsWay;
    beforeAll(async () => {
      writeFileSync(join(folder, 'Master.csv'), pwcMasterCsv(readPwcCalls(DATA)));
      way = await openCallsWay({
        timeZone: 'UTC',
        source: { files: { path: folder }, time_zone: 'UTC', trunk_pattern: '/trunk-' },
        users: Object.fromEntries(AGENTS.map((name, index) => [String(index + 1), name])),
        managers: AGENTS.map((name) => ({ manager: name, extensions: [extensionOf(name)] })),
      });
    });
    afterAll(async () => {
      await way?.stop();
      rmSync(folder, { recursive: true });
    });

    it('counts 5,000 calls, 4,054 answered, 946 missed, 911,837 s of talk, answered after 67.52 s on average', async () => {
      const [row] = await way.ask({
        measures: [
          'calls.calls_in',
          'calls.calls_answered',
          'calls.calls_missed',
          'calls.missed_rate',
          'calls.talk_time',
          'calls.avg_talk_time',
          'calls.answer_time',
          'calls.answer_time_median',
        ],
      });
      const number = (name: string): number => Number(row![`calls.${name}`]);
      expect(number('calls_in')).toBe(5_000);
      expect(number('calls_answered')).toBe(4_054);
      expect(number('calls_missed')).toBe(946);
      expect(number('missed_rate')).toBeCloseTo(0.1892, 10);
      expect(number('talk_time')).toBe(911_837);
      expect(number('avg_talk_time')).toBeCloseTo(224.92279, 5);
      expect(number('answer_time')).toBeCloseTo(67.52072, 5);
      expect(number('answer_time_median')).toBe(68);
    });

    it('tells the agents apart as published, and a colleague rung in vain has missed nothing', async () => {
      const rows = await way.ask({
        measures: [
          'calls.calls_in',
          'calls.calls_answered',
          'calls.calls_missed',
          'calls.answer_time',
          'calls.avg_talk_time',
        ],
        dimensions: ['calls.manager'],
      });
      const rounded = (value: unknown): number => Math.round(Number(value) * 100) / 100;
      expect(
        Object.fromEntries(
          rows.map((row) => [
            String(row['calls.manager']),
            [
              Number(row['calls.calls_in']),
              Number(row['calls.calls_answered']),
              Number(row['calls.calls_missed']),
              rounded(row['calls.answer_time']),
              rounded(row['calls.avg_talk_time']),
            ],
          ]),
        ),
      ).toEqual(PUBLISHED);
      const [rings] = await way.ask({
        measures: ['call_rings.rings', 'call_rings.rings_missed', 'call_rings.rings_answered_elsewhere'],
      });
      const elsewhere = readPwcCalls(DATA).filter(
        (call, index) => call['Answered (Y/N)'] === 'Y' && index % 3 === 0,
      ).length;
      expect(rings).toMatchObject({
        'call_rings.rings': String(5_000 + elsewhere),
        'call_rings.rings_missed': '946',
        'call_rings.rings_answered_elsewhere': String(elsewhere),
      });
    });

    it('puts the calls of a day and an hour where the file has them', async () => {
      const rows = await way.ask({
        measures: ['calls.calls_in'],
        dimensions: ['calls.hour'],
        timeDimensions: [{ dimension: 'calls.date', dateRange: ['2021-03-29', '2021-03-29'] }],
      });
      const expected = new Map<number, number>();
      for (const call of readPwcCalls(DATA).filter(({ Date }) => Date === '2021-03-29')) {
        const hour = Number(call.Time.split(':')[0]);
        expected.set(hour, (expected.get(hour) ?? 0) + 1);
      }
      expect(expected.size).toBeGreaterThan(5);
      expect(new Map(rows.map((row) => [Number(row['calls.hour']), Number(row['calls.calls_in'])]))).toEqual(
        expected,
      );
    });
  },
);
