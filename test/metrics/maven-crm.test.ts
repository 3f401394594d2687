import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWholeWay, type WholeWay } from '../harness/whole-way.ts';
import { writeMavenAccount } from './maven-crm.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/maven_crm');

/** Expected numbers are those of the data set's SOURCE.md: published by others, or recomputed there from the CSV files. */
describe.skipIf(!existsSync(DATA))(
  'Maven CRM through HTTP, sync, build and REST (skipped without ../shared/data/maven_crm)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'voronka-maven-'));
    let way: WholeWay;

    beforeAll(async () => {
      writeMavenAccount(DATA, folder);
      way = await openWholeWay({
        dataDir: folder,
        timeZone: 'UTC',
        currency: 'USD',
        funnel: [{ pipeline: 'Sales', stages: { Prospecting: 'new', Engaging: 'qualified' } }],
      });
      await way.sync();
      await way.build();
    }, 180_000);

    afterAll(async () => {
      await way?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    const number = (value: unknown): number => Number(value);

    it('counts 8,800 deals, 4,238 won, 2,473 lost, 10,005,534 of revenue', async () => {
      const [row] = await way.ask({
        measures: [
          'funnel.leads_new',
          'funnel.deals_won',
          'funnel.deals_lost',
          'funnel.won_amount',
          'funnel.avg_check',
          'funnel.close_rate',
        ],
      });
      expect(number(row!['funnel.leads_new'])).toBe(8_800);
      expect(number(row!['funnel.deals_won'])).toBe(4_238);
      expect(number(row!['funnel.deals_lost'])).toBe(2_473);
      expect(number(row!['funnel.won_amount'])).toBe(10_005_534);
      expect(number(row!['funnel.avg_check'])).toBeCloseTo(2_360.909, 3);
      expect(number(row!['funnel.close_rate'])).toBeCloseTo(0.6315005, 7);
    });

    it('gives a cycle of won deals of 51.782 days, median 57', async () => {
      const [row] = await way.ask({
        measures: ['funnel.sales_cycle_time', 'funnel.sales_cycle_time_median'],
      });
      expect(number(row!['funnel.sales_cycle_time'])).toBeCloseTo(51.782, 3);
      expect(number(row!['funnel.sales_cycle_time_median'])).toBe(57);
    });

    it('leaves 1,589 + 500 deals open', async () => {
      const rows = await way.ask({ measures: ['deals.open_deals'], dimensions: ['deals.stage'] });
      expect(
        Object.fromEntries(rows.map((row) => [row['deals.stage'], number(row['deals.open_deals'])])),
      ).toMatchObject({
        Engaging: 1_589,
        Prospecting: 500,
      });
    });

    it('gives the six managers of the table their deals and revenue', async () => {
      const rows = await way.ask({
        measures: ['funnel.deals_won', 'funnel.deals_lost', 'funnel.won_amount'],
        dimensions: ['funnel.team'],
      });
      const table = rows
        .map((row) => [
          row['funnel.team'],
          number(row['funnel.deals_won']),
          number(row['funnel.deals_lost']),
          number(row['funnel.won_amount']),
        ])
        .sort((left, right) => Number(right[3]) - Number(left[3]));
      expect(table).toEqual([
        ['Melvin Marxen', 882, 536, 2_251_930],
        ['Summer Sewald', 828, 459, 1_964_750],
        ['Rocco Neubert', 691, 422, 1_960_545],
        ['Celia Rouche', 610, 352, 1_603_897],
        ['Cara Losch', 480, 265, 1_130_049],
        ['Dustin Brinkmann', 747, 439, 1_094_363],
      ]);
    });

    it('gives the best and the worst agent their win rates', async () => {
      const rows = await way.ask({ measures: ['funnel.close_rate'], dimensions: ['funnel.manager'] });
      const rates = new Map(rows.map((row) => [row['funnel.manager'], row['funnel.close_rate']]));
      expect(number(rates.get('Hayden Neloms'))).toBeCloseTo(107 / 152, 7);
      expect(number(rates.get('Lajuana Vencill'))).toBeCloseTo(127 / 231, 7);
      const known = [...rates.values()].filter((rate) => rate !== null).map(number);
      expect(known).toHaveLength(30);
      expect((Math.max(...known) - Math.min(...known)) * 100).toBeCloseTo(15.4, 1);
    });

    it('splits revenue and win rate by the quarter of the close', async () => {
      const rows = await way.ask({
        measures: ['funnel.won_amount', 'funnel.close_rate'],
        timeDimensions: [
          { dimension: 'funnel.date', granularity: 'quarter', dateRange: ['2017-01-01', '2017-12-31'] },
        ],
        order: { 'funnel.date': 'asc' },
      });
      expect(rows.map((row) => number(row['funnel.won_amount']))).toEqual([
        1_134_672, 3_086_111, 2_982_255, 2_802_496,
      ]);
      expect(rows.map((row) => number(row['funnel.close_rate']).toFixed(4))).toEqual([
        '0.8207',
        '0.6171',
        '0.6141',
        '0.6025',
      ]);
    });

    it('splits the win rate by the quarter of the engagement', async () => {
      const rows = await way.ask({
        measures: ['funnel.close_rate'],
        timeDimensions: [
          { dimension: 'funnel.created_at', granularity: 'quarter', dateRange: ['2016-10-01', '2017-12-31'] },
        ],
        order: { 'funnel.created_at': 'asc' },
      });
      expect(rows.map((row) => number(row['funnel.close_rate']).toFixed(4))).toEqual([
        '0.8197',
        '0.6793',
        '0.6162',
        '0.5999',
        '0.6067',
      ]);
    });

    it('shows a team’s head the team and nobody else', async () => {
      const rows = await way.ask(
        { measures: ['funnel.deals_won'], dimensions: ['funnel.team'] },
        { role: 'head', teams: ['Cara Losch'] },
      );
      expect(rows.map((row) => [row['funnel.team'], number(row['funnel.deals_won'])])).toEqual([
        ['Cara Losch', 480],
      ]);
    });
  },
);
