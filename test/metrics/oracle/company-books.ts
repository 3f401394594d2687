import { describe, expect, it } from 'vitest';
import type { TallyRecord, Truth } from '../../../demo/company/index.ts';
import type { OracleCompany } from './company.ts';

/** A measure over REST and the same number out of the company's own books; null where the books have nothing to divide by. */
interface Compared {
  readonly measure: string;
  readonly expected: (tally: TallyRecord) => number | null;
}

const ratio = ({ num, den }: { num: number; den: number }): number | null => (den === 0 ? null : num / den);
const days = ({ seconds, count }: { seconds: number; count: number }): number | null =>
  count === 0 ? null : seconds / count / 86_400;

const KPIS: readonly Compared[] = [
  { measure: 'funnel.leads_new', expected: (tally) => tally.leads_new },
  { measure: 'funnel.deals_won', expected: (tally) => tally.deals_won },
  { measure: 'funnel.won_amount', expected: (tally) => tally.won_amount },
  { measure: 'funnel.deals_lost', expected: (tally) => tally.deals_lost },
  { measure: 'funnel.avg_check', expected: (tally) => ratio(tally.avg_check) },
  { measure: 'funnel.close_rate', expected: (tally) => ratio(tally.close_rate) },
  { measure: 'funnel.lead_to_won_rate', expected: (tally) => ratio(tally.lead_to_won_rate) },
  { measure: 'funnel.qualified_rate', expected: (tally) => ratio(tally.qualified_rate) },
  { measure: 'funnel.lead_to_proposal_rate', expected: (tally) => ratio(tally.lead_to_proposal_rate) },
  { measure: 'funnel.proposals_sent', expected: (tally) => tally.proposals_sent },
  { measure: 'funnel.sales_cycle_time', expected: (tally) => days(tally.sales_cycle_time) },
  { measure: 'funnel.deal_close_time', expected: (tally) => days(tally.deal_close_time) },
  { measure: 'funnel.deals_reopened', expected: (tally) => tally.deals_reopened },
  { measure: 'funnel.deals_deleted', expected: (tally) => tally.deals_deleted },
];

/** amoCRM gives a deal that was deleted before it was first read without its owner, so these are told by month only. */
const KPIS_BY_MANAGER = KPIS.filter(({ measure }) => measure !== 'funnel.deals_deleted');

const NOTHING: Partial<Record<string, number | null>> = {};

type Row = Readonly<Record<string, unknown>>;

/**
 * What the company itself wrote down while it was made up, before any file was written: books that share nothing with the oracle's reading
 * of the files.
 */
export function companyBooks(company: () => OracleCompany): void {
  describe('a KPI over REST equals the synthetic company’s own books', () => {
    const truth = (): Truth => company().company.truth;
    const ask = (query: object): Promise<readonly Row[]> => company().way.ask(query);
    const managerKey = (id: number): string => `${truth().account_id}:${id}`;

    /** Both sides as maps from a cell's name to its value; a cell that only one side has is a difference unless it is empty there. */
    function compare(
      rows: readonly Row[],
      cellOf: (row: Row) => string,
      books: ReadonlyMap<string, TallyRecord>,
      kpis: readonly Compared[] = KPIS,
    ): void {
      const answered = new Map(rows.map((row) => [cellOf(row), row]));
      const cells = new Set([...answered.keys(), ...books.keys()]);
      for (const { measure, expected } of kpis) {
        const differences: string[] = [];
        for (const cell of cells) {
          const answer = answered.get(cell)?.[measure];
          const actual = answer === null || answer === undefined ? null : Number(answer);
          const tally = books.get(cell);
          const wanted = tally ? expected(tally) : (NOTHING[measure] ?? 0);
          const isSame =
            (actual ?? 0) === (wanted ?? 0) ||
            Math.abs((actual ?? 0) - (wanted ?? 0)) <= 1e-9 * Math.abs(wanted ?? 0);
          // A ratio of nothing is null on both sides; a cell that is absent stands for "nothing happened".
          const sameNull = !tally || !answered.has(cell) || (actual === null) === (wanted === null);
          if (!isSame || !sameNull)
            differences.push(`${cell}: REST ${String(actual)}, books ${String(wanted)}`);
        }
        expect(differences, measure).toEqual([]);
      }
    }

    const measures = KPIS.map(({ measure }) => measure);

    it('in total', async () => {
      const rows = await ask({ measures });
      compare(rows, () => 'total', new Map([['total', truth().total]]));
    });

    it('by manager', async () => {
      const rows = await ask({ measures, dimensions: ['funnel.manager_id'] });
      const books = new Map(truth().by_manager.map((tally) => [managerKey(tally.manager_id), tally]));
      compare(rows, (row) => String(row['funnel.manager_id']), books, KPIS_BY_MANAGER);
    });

    it('by month in the account’s time zone', async () => {
      const rows = await ask({
        measures,
        timeDimensions: [{ dimension: 'funnel.date', granularity: 'month' }],
      });
      compare(
        rows,
        (row) => String(row['funnel.date.month']).slice(0, 7),
        new Map(truth().by_month.map((tally) => [tally.month, tally])),
      );
    });

    it('by month and manager', async () => {
      const rows = await ask({
        measures,
        dimensions: ['funnel.manager_id'],
        timeDimensions: [{ dimension: 'funnel.date', granularity: 'month' }],
      });
      const books = new Map(
        truth().by_month_and_manager.map((tally) => [
          `${tally.month} ${managerKey(tally.manager_id)}`,
          tally,
        ]),
      );
      compare(
        rows,
        (row) => `${String(row['funnel.date.month']).slice(0, 7)} ${String(row['funnel.manager_id'])}`,
        books,
        KPIS_BY_MANAGER,
      );
    });

    it('deals reached and skipped, by step', async () => {
      const rows = await ask({
        measures: ['funnel.deals_reached'],
        dimensions: ['funnel.step', 'funnel.is_skipped'],
      });
      const reached: Record<string, number> = {};
      const skipped: Record<string, number> = {};
      for (const row of rows) {
        const count = Number(row['funnel.deals_reached']);
        if (count === 0) continue;
        const step = String(row['funnel.step']);
        reached[step] = (reached[step] ?? 0) + count;
        if (String(row['funnel.is_skipped']) === 'true') skipped[step] = (skipped[step] ?? 0) + count;
      }
      expect(reached).toEqual(truth().total.deals_reached);
      expect({ ...Object.fromEntries(Object.keys(reached).map((step) => [step, 0])), ...skipped }).toEqual(
        truth().total.deals_reached_skipped,
      );
    });

    it('open deals and their amount, by the owner now', async () => {
      const rows = await ask({
        measures: ['deals.open_deals', 'deals.open_amount'],
        dimensions: ['deals.manager_id'],
      });
      const actual = rows
        .map((row) => [
          String(row['deals.manager_id']),
          Number(row['deals.open_deals']),
          Number(row['deals.open_amount']),
        ])
        .filter(([, deals]) => deals !== 0)
        .sort();
      const books = truth()
        .now.by_manager.map((own) => [managerKey(own.manager_id), own.open_deals, own.open_amount])
        .filter(([, deals]) => deals !== 0)
        .sort();
      expect(actual).toEqual(books);
    });

    it('stays in every stage: entered, finished and how long', async () => {
      const rows = await ask({
        measures: ['stage_stays.stays_entered', 'stage_stays.stays_finished', 'stage_stays.stay_time'],
        dimensions: ['stage_stays.stage_id'],
        filters: [{ member: 'stage_stays.is_deal_deleted', operator: 'equals', values: ['false'] }],
      });
      const actual = new Map(rows.map((row) => [String(row['stage_stays.stage_id']), row]));
      for (const stage of truth().stages.filter(({ entered }) => entered > 0)) {
        const row = actual.get(`${truth().account_id}:${stage.pipeline_id}:${stage.status_id}`);
        expect(Number(row?.['stage_stays.stays_entered']), stage.stage).toBe(stage.entered);
        expect(Number(row?.['stage_stays.stays_finished']), stage.stage).toBe(stage.finished);
        if (stage.finished > 0) {
          expect(Number(row?.['stage_stays.stay_time']) * stage.finished * 86_400, stage.stage).toBeCloseTo(
            stage.finished_seconds,
            2,
          );
        }
      }
    });

    it('new leads by source', async () => {
      const rows = await ask({ measures: ['funnel.leads_new'], dimensions: ['funnel.source'] });
      const actual = Object.fromEntries(
        rows
          .map((row) => [String(row['funnel.source']), Number(row['funnel.leads_new'])] as const)
          .filter(([, count]) => count > 0),
      );
      expect(actual).toEqual(truth().leads_new_by_source);
    });
  });
}
