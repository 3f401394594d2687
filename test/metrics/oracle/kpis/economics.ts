import { REGULATION } from '../regulation.ts';
import type { Story } from '../story/story.ts';
import { costs, marketOf, type Cost } from './books.ts';
import { months, plusDays, purchases } from './clients.ts';
import { wins } from './deals.ts';
import { COMPANY, type Fact, type Kpi } from './kpi.ts';

/** A month of the company. Null is what nobody entered. */
interface Month {
  readonly month: string;
  readonly won: number;
  readonly newClients: number;
  readonly activeClients: number;
  readonly sales: number | null;
  readonly marketing: number | null;
  readonly goods: number | null;
  readonly market: number | null;
}

function monthsOf(story: Story): Month[] {
  const entered = costs(story);
  const market = marketOf(story);
  const all = purchases(story);
  const won = wins(story);
  const today = story.dayOf(story.now);
  const sum = (month: string, kind: Cost['kind']): number | null => {
    const own = entered.filter((cost) => cost.month === month && cost.kind === kind);
    return own.length === 0 ? null : own.reduce((total, { amount }) => total + amount, 0);
  };
  const named = [...entered.map(({ month }) => month), ...market.keys(), story.monthOf(story.now)].sort();
  return months(`${named[0] ?? ''}-01`, `${named.at(-1) ?? ''}-01`).map((month) => {
    const end = plusDays(`${plusDays(`${month}-01`, 32).slice(0, 8)}01`, -1);
    const last = end < today ? end : today;
    const from = plusDays(last, 1 - REGULATION.active_client_days);
    return {
      month,
      won: won
        .filter(({ at }) => story.monthOf(at) === month)
        .reduce((total, { deal }) => total + deal.price, 0),
      newClients: all.filter(({ isFirst, day }) => isFirst && day.startsWith(month)).length,
      activeClients: new Set(all.filter(({ day }) => day >= from && day <= last).map(({ client }) => client))
        .size,
      sales: sum(month, 'sales'),
      marketing: sum(month, 'marketing'),
      goods: sum(month, 'goods'),
      market: market.get(month) ?? null,
    };
  });
}

/** One fact a month, for months of which everything is known. */
const told =
  (of: (month: Month) => readonly [value: number, of: number] | null) =>
  (story: Story): Fact[] =>
    monthsOf(story).flatMap((month) => {
      const known = of(month);
      if (known === null) return [];
      return [{ at: story.startOf(`${month.month}-01`), manager: null, value: known[0], of: known[1] }];
    });

const cost = (kind: Cost['kind']) => told((month) => (month[kind] === null ? null : [month[kind], 1]));

const acquisition = ({ sales, marketing }: Month): number | null =>
  sales === null && marketing === null ? null : (sales ?? 0) + (marketing ?? 0);

/** cac / (gross profit / active clients), each over the months that have it. */
function payback(story: Story, level: string): Fact[] {
  const all = monthsOf(story);
  const of = (some: readonly Month[]): Fact[] => {
    const [first] = some;
    const withCosts = some.filter((month) => acquisition(month) !== null);
    const withGoods = some.filter(({ goods }) => goods !== null);
    const sum = (from: readonly Month[], value: (month: Month) => number): number => from.reduce((total, month) => total + value(month), 0); // prettier-ignore
    const cac =
      sum(withCosts, (month) => acquisition(month) ?? 0) / sum(withCosts, ({ newClients }) => newClients);
    const profit = sum(withGoods, ({ won, goods }) => won - (goods ?? 0)) / sum(withGoods, ({ activeClients }) => activeClients); // prettier-ignore
    if (first === undefined || !Number.isFinite(cac) || !(profit > 0)) return [];
    return [{ at: story.startOf(`${first.month}-01`), manager: null, value: cac / profit }];
  };
  return level === 'total' ? of(all) : all.flatMap((month) => of([month]));
}

/** A month against one so many before it, of months of which both are known. */
const growth =
  (monthsBefore: number) =>
  (story: Story): Fact[] => {
    const all = monthsOf(story);
    const today = story.dayOf(story.now);
    return all.flatMap(({ month, won }, index) => {
      const before = all[index - monthsBefore];
      if (before === undefined || before.won === 0 || `${month}-01` > today) return [];
      return [{ at: story.startOf(`${month}-01`), manager: null, value: won - before.won, of: before.won }];
    });
  };

/** H. Economics. */
export const ECONOMICS: readonly Kpi[] = (
  [
    { id: 'sales_costs', as: 'sum or null', facts: cost('sales') },
    { id: 'marketing_costs', as: 'sum or null', facts: cost('marketing') },
    { id: 'gross_profit', as: 'sum or null', facts: told(({ won, goods }) => (goods === null ? null : [won - goods, 1])) }, // prettier-ignore
    {
      id: 'margin',
      as: 'ratio',
      facts: told(({ won, goods }) => (goods === null ? null : [won - goods, won])),
    },
    { id: 'return_on_sales_costs', as: 'ratio', facts: told(({ won, goods, sales }) => (goods === null || sales === null ? null : [won - goods - sales, sales])) }, // prettier-ignore
    { id: 'cac', as: 'ratio', facts: told((month) => { const spent = acquisition(month); return spent === null ? null : [spent, month.newClients]; }) }, // prettier-ignore
    { id: 'payback_months', as: 'average', facts: payback },
    { id: 'sales_growth', as: 'ratio', levels: ['month'], facts: growth(1) },
    { id: 'sales_growth', measure: 'economics.sales_growth_year', as: 'ratio', levels: ['month'], facts: growth(12) }, // prettier-ignore
    {
      id: 'market_share',
      as: 'ratio',
      facts: told(({ won, market }) => (market === null ? null : [won, market])),
    },
  ] as const
).map((kpi): Kpi => ({ levels: COMPANY, measure: `economics.${kpi.id}`, ...kpi }));
