import { REGULATION } from '../regulation.ts';
import type { Deal } from '../story/deals.ts';
import { grouped } from '../story/grouped.ts';
import type { Story } from '../story/story.ts';
import { plusDays } from './clients.ts';
import { wins } from './deals.ts';
import { boundOf, expectations } from './expectations.ts';
import { STOCK, type Fact, type Kpi, type Level } from './kpi.ts';

const isOpen = (step: string): boolean => !['incoming', 'won', 'lost'].includes(step);

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

/**
 * Of the deals decided in the days before today that had been in a stage, the share that was won; the pipeline's share counts as some more
 * deals, the more the less its stages differ beyond chance (5 to 200).
 */
function winRates(story: Story): ReadonlyMap<string, number> {
  const today = story.dayOf(story.now);
  const [from, to] = [story.startOf(plusDays(today, -REGULATION.win_rate_days)), story.startOf(today)];
  const decided = story.deals.flatMap((deal) => {
    const last = deal.stays.at(-1);
    if (last?.step !== 'won' && last?.step !== 'lost') return [];
    return last.entered >= from && last.entered < to ? [{ deal, isWon: last.step === 'won' }] : [];
  });
  const passed = grouped(
    decided.flatMap(({ deal, isWon }) => {
      const stages = deal.stays
        .filter(({ step }) => isOpen(step))
        .map(({ pipeline, status }) => `${pipeline}:${status}`);
      return [...new Set(stages)].map((stage) => ({ stage, isWon }));
    }),
    ({ stage }) => stage,
  );
  const rates = new Map<string, number>();
  for (const { id, _embedded } of story.crm.pipelines) {
    const own = decided.filter(({ deal }) => deal.pipeline === id);
    if (own.length === 0) continue;
    const rate = own.filter(({ isWon }) => isWon).length / own.length;
    const stages = [...passed]
      .filter(([stage]) => stage.startsWith(`${id}:`))
      .map(([, deals]) => ({ n: deals.length, won: deals.filter(({ isWon }) => isWon).length }));
    const n = sum(stages.map((stage) => stage.n));
    const spread = sum(stages.map((stage) => stage.n * (stage.won / stage.n - rate) ** 2)) / n;
    const variance = spread - (stages.length * rate * (1 - rate)) / n;
    const weight = variance > 0 ? Math.min(200, Math.max(5, (rate * (1 - rate)) / variance - 1)) : 200;
    for (const { id: status } of _embedded.statuses) {
      const deals = passed.get(`${id}:${status}`) ?? [];
      const won = deals.filter(({ isWon }) => isWon).length;
      rates.set(`${id}:${status}`, (won + weight * rate) / (deals.length + weight));
    }
  }
  return rates;
}

const open =
  (value: (deal: Deal) => number) =>
  (story: Story): Fact[] =>
    story.deals
      .filter(({ stays }) => isOpen(stays.at(-1)?.step ?? ''))
      .map((deal) => ({ at: story.now, manager: deal.owner, value: value(deal) }));

function stageOf({ stays }: Deal): string {
  const last = stays.at(-1);
  return `${last?.pipeline}:${last?.status}`;
}

/** J. Looking ahead, and D's weighted pipeline. The API rounds rates to six digits and amounts to hundredths. */
export const FORECAST: readonly Kpi[] = [
  {
    id: 'stage_win_rate',
    measure: 'forecast.stage_win_rate',
    as: 'average',
    by: 'stage_id',
    levels: ['total'],
    tolerance: 1e-6,
    facts(story) {
      const rates = winRates(story);
      return story.crm.pipelines.flatMap(
        ({ id, _embedded }) =>
        _embedded.statuses
          .map(({ id: status }) => `${id}:${status}`)
          .filter((stage) => isOpen(story.stepOf(stage)))
          .map((stage) => ({ at: story.now, manager: null, by: `${story.crm.accountId}:${stage}`, value: rates.get(stage) ?? NaN })), // prettier-ignore
      );
    },
  },
  {
    id: 'weighted_amount',
    measure: 'forecast.weighted_amount',
    as: 'sum',
    levels: STOCK,
    tolerance: 1e-5,
    facts(story) {
      const rates = winRates(story);
      return open((deal) => deal.price * (rates.get(stageOf(deal)) ?? NaN))(story);
    },
  },
  {
    id: 'expected_won_amount',
    measure: 'forecast.expected_won_amount',
    as: 'sum',
    levels: STOCK,
    tolerance: 1e-4,
    facts(story) {
      const expected = expectations(story);
      return open((deal) => expected.of.get(deal)?.within[2] ?? NaN)(story);
    },
  },
  ...(['low', 'high'] as const).map((side): Kpi => ({
    id: 'expected_won_amount',
    measure: `forecast.expected_won_${side}`,
    as: 'sum',
    levels: STOCK,
    tolerance: 1e-4,
    facts: (story, level) => bounds(story, level, side),
  })),
  {
    id: 'plan_forecast',
    measure: 'plan_fact.plan_forecast',
    as: 'sum',
    levels: ['month', 'month and manager'],
    tolerance: 1e-4,
    facts: forecastOfMonths,
  },
];

/** What was won, and what open deals are expected to bring on each of the 90 days from today on. */
function forecastOfMonths(story: Story): Fact[] {
  const today = story.dayOf(story.now);
  const won = wins(story).map(({ deal, at }) => ({ at, manager: deal.ownerAt(at), value: deal.price }));
  const expected = expectations(story);
  const coming = story.deals
    .filter(({ stays }) => isOpen(stays.at(-1)?.step ?? ''))
    .flatMap((deal) => {
      const [in7 = 0, in14 = 0, in30 = 0, in60 = 0, in90 = 0] = expected.of.get(deal)?.within ?? [];
      const perDay = (day: number): number =>
        day < 7 ? in7 / 7 : day < 14 ? (in14 - in7) / 7 : day < 30 ? (in30 - in14) / 16 : day < 60 ? (in60 - in30) / 30 : (in90 - in60) / 30; // prettier-ignore
      return Array.from({ length: 90 }, (_, day) => ({
        at: story.startOf(plusDays(today, day)),
        manager: deal.owner,
        value: perDay(day),
      }));
    });
  return [...won, ...coming];
}

/** An interval is that of all deals of the manager, the team or the company together: ends do not add up. */
function bounds(story: Story, level: Level, side: 'low' | 'high'): Fact[] {
  const { of, shock } = expectations(story);
  const cell = ({ owner }: Deal): string =>
    level === 'total' ? '' : level === 'team' ? String(story.people.teamOf(owner)) : owner;
  return [
    ...grouped(
      story.deals.filter(({ stays }) => isOpen(stays.at(-1)?.step ?? '')),
      cell,
    ),
  ].map(([, own]) => ({
    at: story.now,
    manager: own[0]?.owner ?? null,
    value: boundOf(
      own.flatMap((deal) => of.get(deal) ?? []),
      shock,
      side,
    ),
  }));
}
