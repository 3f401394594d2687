import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OracleCompany } from './company.ts';
import { plusDays } from './kpis/clients.ts';
import { KPIS } from './kpis/index.ts';
import type { Kpi } from './kpis/kpi.ts';

type Row = Readonly<Record<string, unknown>>;

/** Measures that are sums of events: whatever happened is in one manager's and one day's number. */
const ADDITIVE = KPIS.filter(
  ({ as, levels, measure }) => as === 'sum' && levels === undefined && !isStock(measure),
);
/** Shares of leads of the period that ever got somewhere. */
const COHORTS = ['qualified_rate', 'contacted_rate', 'contacted_in_sla_rate', 'lead_to_proposal_rate', 'lead_to_won_rate', 'proposal_to_won_rate', 'step_conversion', 'qualified_rate_mature', 'lead_to_won_rate_mature'].map((id) => `funnel.${id}`); // prettier-ignore
const EXITS = [
  'advanced',
  'won',
  'lost',
  'moved_back',
  'moved_within',
  'handed_over',
  'deleted',
  'still_there',
];

/** Told for the end of the period, or from its two ends. */
function isStock(measure: string): boolean {
  return /active_clients|on_day|pipeline_change/.test(measure);
}

const viewOf = ({ measure }: Pick<Kpi, 'measure'>): string => measure.split('.')[0] ?? '';
const views = [...new Set(ADDITIVE.map(viewOf))];

/** What holds for any period, over the API, whatever the company did. */
export function laws(company: () => OracleCompany): void {
  const ask = (query: object): Promise<readonly Row[]> => company().way.ask({ limit: 50_000, ...query });
  const today = (): string => company().story.dayOf(company().story.now);
  /** Some days within the company's history. */
  const period = fc.tuple(fc.nat(430), fc.nat(120)).map(([back, length]) => (): readonly [string, string] => {
    const from = plusDays(today(), -back);
    const to = plusDays(from, length);
    return [from, to < today() ? to : today()];
  });
  const within = (view: string, dateRange: readonly string[], granularity?: string): object => ({
    timeDimensions: [
      { dimension: `${view}.date`, dateRange, ...(granularity !== undefined && { granularity }) },
    ],
  });
  const sums = (rows: readonly Row[], measures: readonly string[]): number[] =>
    measures.map((measure) => rows.reduce((sum, row) => sum + Number(row[measure] ?? 0), 0));
  /** Hours are parts of seconds: sums of them in another order differ in their last digits. */
  const expectSums = (found: readonly number[], expected: readonly number[], of: string): void => {
    expect(found.map((value, index) => Math.abs(value - expected[index]!) < 1e-4), `${of}: ${found.join(', ')}; ${expected.join(', ')}`) // prettier-ignore
      .toEqual(expected.map(() => true));
  };

  describe('for any period', () => {
    it.each(views)('managers, teams and days of %s add up to the total', async (view) => {
      const measures = [
        ...new Set(ADDITIVE.filter((kpi) => viewOf(kpi) === view).map(({ measure }) => measure)),
      ];
      await fc.assert(
        fc.asyncProperty(period, async (days) => {
          const range = within(view, days());
          const [total, managers, teams, byDay] = await Promise.all([
            ask({ measures, ...range }),
            ask({ measures, dimensions: [`${view}.manager_id`], ...range }),
            ask({ measures, dimensions: [`${view}.team_id`], ...range }),
            ask({ measures, ...within(view, days(), 'day') }),
          ]);
          const expected = sums(total, measures);
          expectSums(sums(managers, measures), expected, 'managers');
          expectSums(sums(teams, measures), expected, 'teams');
          expectSums(sums(byDay, measures), expected, 'days');
        }),
        { numRuns: 6, endOnFailure: true },
      );
    });

    it('entries to a stage = went on + won + lost + moved + handed over + deleted + still there', async () => {
      const exits = EXITS.map((exit) => `stage_stays.stays_${exit}`);
      await fc.assert(
        fc.asyncProperty(period, async (days) => {
          const rows = await ask({
            measures: ['stage_stays.stays_entered', ...exits],
            dimensions: ['stage_stays.stage_id', 'stage_stays.manager_id'],
            ...within('stage_stays', days()),
          });
          for (const row of rows) {
            const out = exits.reduce((sum, exit) => sum + Number(row[exit]), 0);
            expect(out, JSON.stringify(row)).toBe(Number(row['stage_stays.stays_entered']));
          }
        }),
        { numRuns: 10, endOnFailure: true },
      );
    });

    it('shares of a cohort lie within 0 and 1, or there is no cohort', async () => {
      await fc.assert(
        fc.asyncProperty(period, async (days) => {
          const rows = await ask({
            measures: COHORTS,
            dimensions: ['funnel.manager_id', 'funnel.step'],
            ...within('funnel', days()),
          });
          for (const row of rows) {
            for (const measure of COHORTS) {
              const share = row[measure];
              if (share !== null)
                expect(Number(share), `${measure} ${JSON.stringify(row)}`).toBeGreaterThanOrEqual(0);
              if (share !== null)
                expect(Number(share), `${measure} ${JSON.stringify(row)}`).toBeLessThanOrEqual(1);
            }
          }
        }),
        { numRuns: 10, endOnFailure: true },
      );
    });

    it('opening + created + raised − lowered − won − lost ± handed = closing of the pipeline, for each manager', async () => {
      const parts = ['opening', 'created', 'raised', 'lowered', 'won', 'lost', 'handed', 'closing'];
      const measures = parts.map((part) => `pipeline.pipeline_${part}`);
      await fc.assert(
        fc.asyncProperty(period, fc.boolean(), async (days, byManager) => {
          const rows = await ask({
            measures,
            dimensions: byManager ? ['pipeline.manager_id'] : [],
            ...within('pipeline', days()),
          });
          for (const row of rows) {
            const [opening = 0, created = 0, raised = 0, lowered = 0, won = 0, lost = 0, handed = 0, closing = 0] = measures.map((measure) => Number(row[measure])); // prettier-ignore
            expect(
              round(opening + created + raised - lowered - won - lost + handed),
              JSON.stringify(row),
            ).toBe(closing);
          }
        }),
        { numRuns: 10, endOnFailure: true },
      );
    });
  });

  // Deals as they stand now have no date.
  it('where nothing happened a count is 0, a ratio and an average null', async () => {
    for (const view of new Set(KPIS.map(viewOf).filter((name) => name !== 'deals'))) {
      const own = KPIS.filter((kpi) => viewOf(kpi) === view && !isStock(kpi.measure) && kpi.by === undefined);
      if (own.length === 0) continue;
      const [row] = await ask({
        measures: [...new Set(own.map(({ measure }) => measure))],
        ...within(view, ['1999-12-01', '1999-12-31']),
      });
      for (const { measure, as } of own) {
        const expected = as === 'sum' || as === 'distinct' ? 0 : null;
        const told = row?.[measure];
        expect([measure, told === null || told === undefined ? null : Number(told)]).toEqual([
          measure,
          expected,
        ]);
      }
    }
  });
}

/** Amounts are sums of hundredths. */
function round(value: number): number {
  return Math.round(value * 100) / 100;
}
