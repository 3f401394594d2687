import type { Deal, Stay } from '../story/deals.ts';
import { grouped } from '../story/grouped.ts';
import type { Story } from '../story/story.ts';
import { months, plusDays } from './clients.ts';
import { DAYS } from './kpi.ts';

/** A deal that was open at the beginning of a month, and what came of it. */
interface Snapshot {
  readonly day: string;
  readonly stage: string;
  readonly pipeline: number;
  readonly band: number;
  readonly amount: number;
  /** Days until the first win after it. */
  readonly wonAfter: number | null;
  readonly wonAmount: number;
  /** The day it was deleted: nobody could know before. */
  readonly deletedOn: string | null;
}

/** As how many deals a stage, its pipeline and the company count where there are few of one age. */
const WEIGHT = 20;

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

function bandOf(seconds: number): number {
  return 1 + [7, 14, 30, 60].filter((days) => seconds >= days * DAYS).length;
}

function snapshots(story: Story): Snapshot[] {
  const first = Math.min(...story.deals.map(({ created }) => created));
  return months(story.dayOf(first), story.dayOf(story.now)).flatMap((month) => {
    const day = `${month}-01`;
    const at = story.startOf(day);
    const all = [
      ...story.deals.map((deal) => ({ deal, deletedOn: null })),
      ...story.deletedDeals.map(({ deal, deletedAt }) => ({ deal, deletedOn: story.dayOf(deletedAt) })),
    ];
    return all.flatMap(({ deal, deletedOn }) => {
      const index = deal.stays.findLastIndex(
        ({ entered, left }) => entered <= at && (left === null || left > at),
      );
      const stay = deal.stays[index];
      if (stay === undefined || ['incoming', 'won', 'lost'].includes(stay.step)) return [];
      const win = deal.stays.slice(index + 1).find(({ step }) => step === 'won');
      const wonAfter = win === undefined ? null : daysBetween(day, story.dayOf(win.entered));
      return [
        {
          day,
          stage: stageOf(stay),
          pipeline: stay.pipeline,
          band: bandOf(at - stay.entered),
          amount: deal.priceAt(at),
          wonAfter,
          wonAmount: win === undefined ? 0 : deal.priceAt(win.entered),
          deletedOn,
        },
      ];
    });
  });
}

function daysBetween(from: string, to: string): number {
  return Math.round((Date.parse(to) - Date.parse(from)) / (DAYS * 1_000));
}

function stageOf({ pipeline, status }: Stay): string {
  return `${pipeline}:${status}`;
}

interface Chances {
  readonly of: (pipeline: number, stage: string, band: number) => number;
  readonly averageOf: (pipeline: number) => number;
}

/** What could be known on a day of being won within so many days: from the last six months whose outcome was known by then. Null from under three. */
function chances(all: readonly Snapshot[], asOf: string, horizon: number): Chances | null {
  const newest = plusDays(asOf, -horizon);
  const oldest = monthsBefore(newest, 6);
  const known = all.filter(
    ({ day, deletedOn }) => day <= newest && day > oldest && (deletedOn === null || deletedOn >= asOf),
  );
  if (new Set(known.map(({ day }) => day)).size < 3) return null;
  const isWon = ({ wonAfter }: Snapshot): boolean => wonAfter !== null && wonAfter < horizon && wonAfter < 90;
  const share = (some: readonly Snapshot[], prior: number): number =>
    (some.filter(isWon).length + WEIGHT * prior) / (some.length + WEIGHT);
  const average = (some: readonly Snapshot[]): number | null => {
    const won = some.filter((one) => isWon(one) && one.wonAmount > 0);
    return won.length === 0 ? null : sum(won.map(({ wonAmount }) => wonAmount)) / won.length;
  };
  const company = known.filter(isWon).length / known.length;
  const byPipeline = grouped(known, ({ pipeline }) => pipeline);
  const byStage = grouped(known, ({ stage }) => stage);
  const byBand = grouped(known, ({ stage, band }) => `${stage} ${band}`);
  const ofPipeline = (pipeline: number): number => {
    const some = byPipeline.get(pipeline);
    return some === undefined ? company : share(some, company);
  };
  const ofStage = (pipeline: number, stage: string): number => {
    const some = byStage.get(stage);
    return some === undefined ? ofPipeline(pipeline) : share(some, ofPipeline(pipeline));
  };
  return {
    of: (pipeline, stage, band) =>
      Math.min(0.999999, share(byBand.get(`${stage} ${band}`) ?? [], ofStage(pipeline, stage))),
    averageOf: (pipeline) => average(byPipeline.get(pipeline) ?? []) ?? average(known) ?? 0,
  };
}

function monthsBefore(day: string, count: number): string {
  const [year = 0, month = 0] = day.split('-').map(Number);
  return new Date(Date.UTC(year, month - 1 - count, 1)).toISOString().slice(0, 10);
}

/** What earlier months taught about the forecast itself. */
interface Correction {
  /** What came of what was expected in the six months before this one, leaning on 1 with the weight of three months. */
  readonly factor: number;
  /** How far the whole went wrong beyond what single deals explain, as a squared share, leaning on a fifth likewise. */
  readonly shock: number;
}

function correctionNow(story: Story, all: readonly Snapshot[]): Correction {
  const thisMonth = `${story.dayOf(story.now).slice(0, 7)}-01`;
  const tried = [...grouped(all, ({ day }) => day)]
    .filter(([day]) => day < thisMonth)
    .flatMap(([day, own]) => {
      const next = `${plusDays(day, 32).slice(0, 7)}-01`;
      const length = daysBetween(day, next);
      const known = chances(all, day, length);
      if (known === null) return [];
      const valued = own.map(({ pipeline, stage, band, amount }) => ({
        chance: known.of(pipeline, stage, band),
        amount: amount || known.averageOf(pipeline),
      }));
      const expected = sum(valued.map(({ chance, amount }) => chance * amount));
      const variance = sum(valued.map(({ chance, amount }) => amount ** 2 * chance * (1 - chance)));
      const actual = sum(
        own.map(({ wonAfter, wonAmount, deletedOn }) =>
          wonAfter !== null && wonAfter < length && deletedOn === null ? wonAmount : 0,
        ),
      );
      return [{ expected, variance, actual }];
    });
  const factorBefore = (index: number): number => {
    const six = tried.slice(Math.max(0, index - 6), index);
    const expected = sum(six.map((month) => month.expected));
    if (!(expected > 0)) return 1;
    return ((sum(six.map(({ actual }) => actual)) / expected) * six.length + 3) / (six.length + 3);
  };
  const misses = tried.map(({ expected, variance, actual }, index) => {
    const factor = factorBefore(index);
    return ((actual - factor * expected) ** 2 - factor ** 2 * variance) / (factor * expected) ** 2;
  });
  return {
    factor: factorBefore(tried.length),
    shock: Math.max(0, (sum(misses) + 3 * 0.2 ** 2) / (misses.length + 3)),
  };
}

/** What an open deal is worth to the forecast. */
export interface Expectation {
  /** What it is expected to bring within 7, 14, 30, 60 and 90 days; a longer time never has a smaller chance than 30 days. */
  readonly within: readonly number[];
  /** That it is won within 30 days. */
  readonly chance: number;
  readonly amount: number;
}

export interface Expectations {
  readonly of: ReadonlyMap<Deal, Expectation>;
  readonly shock: number;
}

export function expectations(story: Story): Expectations {
  const all = snapshots(story);
  const today = story.dayOf(story.now);
  const known = [7, 14, 30, 60, 90].map((horizon) => chances(all, today, horizon));
  const { factor, shock } = correctionNow(story, all);
  const midnight = story.startOf(today);
  const of = story.deals.flatMap((deal) => {
    const stay = deal.stays.at(-1);
    if (stay === undefined) return [];
    const band = bandOf(Math.max(0, midnight - stay.entered));
    const amount = factor * (deal.price || (known[2]?.averageOf(stay.pipeline) ?? 0));
    const [in7 = 1, in14 = 1, in30 = NaN, in60 = 0, in90 = 0] = known.map((one) => one?.of(stay.pipeline, stageOf(stay), band)); // prettier-ignore
    const grown = [Math.min(in7, in14, in30), Math.min(in14, in30), in30, Math.max(in30, in60), Math.max(in30, in60, in90)]; // prettier-ignore
    return [[deal, { within: grown.map((chance) => amount * chance), chance: in30, amount }] as const];
  });
  return { of: new Map(of), shock };
}

/**
 * The tenth or ninetieth percentile of what some deals bring in 30 days: of a gamma distribution with their mean and variance, by Wilson and
 * Hilferty's cube root; 0 where the chance that none of them is won is that large.
 */
export function boundOf(deals: readonly Expectation[], shock: number, side: 'low' | 'high'): number {
  const mean = sum(deals.map(({ within }) => within[2] ?? NaN));
  const ofDeals = sum(deals.map(({ chance, amount }) => amount ** 2 * chance * (1 - chance)));
  const none = deals.reduce((product, { chance }) => product * (1 - chance), 1);
  if (mean === 0 || none >= (side === 'low' ? 0.1 : 0.9)) return 0;
  const relative = (ofDeals + shock * mean ** 2) / mean ** 2;
  const root = 1 - relative / 9 + (side === 'low' ? -1 : 1) * 1.2816 * Math.sqrt(relative / 9);
  return mean * Math.max(0, root) ** 3;
}
