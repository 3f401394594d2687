import { DateTime } from 'luxon';
import type { Story } from '../story/story.ts';
import { grouped } from '../story/grouped.ts';
import { wins } from './deals.ts';
import type { Fact, Kpi } from './kpi.ts';
import { REGULATION } from '../regulation.ts';

/** A standing win of a client, oldest first. */
export interface Purchase {
  readonly client: number;
  readonly at: number;
  readonly day: string;
  readonly manager: string;
  readonly amount: number;
  readonly isFirst: boolean;
}

export function purchases(story: Story): Purchase[] {
  const seen = new Set<number>();
  return wins(story)
    .sort((a, b) => a.at - b.at || a.deal.id - b.deal.id)
    .flatMap(({ deal, at }) => {
      if (deal.client === null) return [];
      const isFirst = !seen.has(deal.client);
      seen.add(deal.client);
      const { client, price: amount } = deal;
      return [{ client, at, day: story.dayOf(at), manager: deal.ownerAt(at), amount, isFirst }];
    });
}

const bought =
  (counts: (purchase: Purchase) => boolean, isAmount = false) =>
  (story: Story): Fact[] =>
    purchases(story)
      .filter(counts)
      .map(({ at, manager, amount, client }) => ({ at, manager, value: isAmount ? amount : 1, key: String(client) })); // prettier-ignore

export function plusDays(day: string, days: number): string {
  return DateTime.fromISO(day, { zone: 'utc' }).plus({ days }).toISODate() ?? '';
}

/** On the last day of the period: who bought within the days up to and with it, by the owner of their last win. */
function active(story: Story, level: string): Fact[] {
  const all = purchases(story);
  const today = story.dayOf(story.now);
  const on = (day: string): Fact[] => {
    const from = plusDays(day, 1 - REGULATION.active_client_days);
    const last = new Map(
      all.filter((one) => one.day >= from && one.day <= day).map((one) => [one.client, one]),
    );
    return [...last.values()].map(({ manager }) => ({
      at: Math.min(story.now, story.startOf(day)),
      manager,
    }));
  };
  if (!level.startsWith('month')) return on(today);
  return months(all[0]?.day ?? today, today).flatMap((month) => {
    const last = plusDays(plusDays(`${month}-01`, 32).slice(0, 8) + '01', -1);
    return on(last < today ? last : today);
  });
}

/** `2026-01`, `2026-02` … from the month of a day to that of another. */
export function months(from: string, to: string): string[] {
  const found: string[] = [];
  for (let month = from.slice(0, 7); month <= to.slice(0, 7); month = plusDays(`${month}-01`, 32).slice(0, 7))
    found.push(month);
  return found;
}

/** Who bought in a month, put at the beginning of the next one; 1 for those who bought again in it. */
function kept(story: Story): Fact[] {
  const all = purchases(story);
  const byMonth = grouped(all, ({ day }) => day.slice(0, 7));
  return months(all[0]?.day ?? '', story.dayOf(story.now)).slice(1).flatMap((month) => {
    const before = byMonth.get(plusDays(`${month}-01`, -1).slice(0, 7)) ?? [];
    const now = new Set((byMonth.get(month) ?? []).map(({ client }) => client));
    const last = new Map(before.map((one) => [one.client, one]));
    return [...last.values()].map(({ client, manager }) => ({
      at: story.startOf(`${month}-01`),
      manager,
      value: now.has(client) ? 1 : 0,
    }));
  }); // prettier-ignore
}

/** On the first day that a client is not active any more. */
function churned(story: Story): Fact[] {
  const today = story.dayOf(story.now);
  return [...grouped(purchases(story), ({ client }) => client).values()].flatMap((own) =>
    own.flatMap(({ day, manager }, index) => {
      const lapses = plusDays(day, REGULATION.active_client_days);
      const next = own[index + 1]?.day;
      return lapses <= today && (next === undefined || next > lapses)
        ? [{ at: story.startOf(lapses), manager }]
        : [];
    }),
  );
}

/** A while the clients who bought for more make less than 80 % of the turnover, B while less than 95 %, else C. */
function segments(story: Story): Fact[] {
  const all = purchases(story);
  const turnover = [...grouped(all, ({ client }) => client)]
    .map(([client, own]) => ({ client, amount: own.reduce((sum, { amount }) => sum + amount, 0) }))
    .sort((a, b) => b.amount - a.amount);
  const total = turnover.reduce((sum, { amount }) => sum + amount, 0);
  const segment = new Map<number, string>();
  let before = 0;
  for (const { client, amount } of turnover) {
    segment.set(client, amount === 0 ? 'C' : before < 0.8 * total ? 'A' : before < 0.95 * total ? 'B' : 'C');
    before += amount;
  }
  return all.map(({ at, manager, client }) => ({ at, manager, key: String(client), by: segment.get(client) ?? null })); // prettier-ignore
}

/** Recency, frequency and money in fifths of who bought (5 the best), equals in the same one. */
function rfmSegments(story: Story): Fact[] {
  const all = purchases(story);
  const clients = [...grouped(all, ({ client }) => client)].map(([client, own]) => ({
    client,
    last: Math.max(...own.map(({ at }) => at)),
    wins: own.length,
    amount: own.reduce((sum, { amount }) => sum + amount, 0),
  }));
  const fifthOf = (key: 'last' | 'wins' | 'amount'): ((value: number) => number) => {
    const values = clients.map((one) => one[key]);
    return (value) => {
      const share = values.filter((other) => other < value).length / Math.max(1, values.length - 1);
      return Math.min(5, 1 + Math.floor(5 * share));
    };
  };
  const [recency, frequency, money] = [fifthOf('last'), fifthOf('wins'), fifthOf('amount')];
  const segment = new Map(
    clients.map(({ client, last, wins: count, amount }) => {
      const [r, f, m] = [recency(last), frequency(count), money(amount)];
      const recent = f >= 4 && r >= 4 ? 'champions' : f >= 3 ? 'loyal' : r >= 4 ? 'new' : 'promising';
      const past = f < 3 ? 'sleeping' : m >= 4 ? 'cannot_lose' : 'at_risk';
      return [client, r >= 3 ? recent : past] as const;
    }),
  );
  return all.map(({ at, manager, client }) => ({ at, manager, key: String(client), by: segment.get(client) ?? null })); // prettier-ignore
}

/** G. Clients. */
export const CLIENTS: readonly Kpi[] = [
  { id: 'active_clients', measure: 'clients.active_clients', as: 'sum', facts: active },
  { id: 'new_clients', measure: 'clients.new_clients', as: 'sum', facts: bought(({ isFirst }) => isFirst) },
  {
    id: 'repeat_deals',
    measure: 'clients.repeat_deals',
    as: 'sum',
    facts: bought(({ isFirst }) => !isFirst),
  },
  { id: 'repeat_amount', measure: 'clients.repeat_amount', as: 'sum', facts: bought(({ isFirst }) => !isFirst, true) }, // prettier-ignore
  { id: 'retention_rate', measure: 'clients.retention_rate', as: 'ratio', facts: kept },
  { id: 'churned_clients', measure: 'clients.churned_clients', as: 'sum', facts: churned },
  { id: 'turnover_per_client', measure: 'clients.turnover_per_client', as: 'sum per key', facts: bought(() => true, true) }, // prettier-ignore
  {
    id: 'client_segment',
    measure: 'clients.clients_bought',
    as: 'distinct',
    by: 'client_segment',
    facts: segments,
  },
  {
    id: 'client_segment',
    measure: 'clients.clients_bought',
    as: 'distinct',
    by: 'rfm_segment',
    facts: rfmSegments,
  },
];
