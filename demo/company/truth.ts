import { type Anomaly, plantedAnomalies } from './anomalies.ts';
import { monthOf, ZONE } from './calendar.ts';
import { Ledger, type OpenTotals, type StageTotals } from './ledger.ts';
import { ACCOUNT_ID } from './reference-records.ts';
import type { TallyRecord } from './tally.ts';
import type { Outside } from './outside.ts';
import { WorkLedger } from './work-ledger.ts';
import type { WorkRecord } from './work-tally.ts';
import type { World } from './world.ts';

export interface TruthManager {
  readonly id: number;
  readonly name: string;
  readonly team_id: number | null;
  readonly role: 'executive' | 'head' | 'manager';
  readonly is_active: boolean;
  /** Whether the user list has them; who was removed is only a number. */
  readonly is_listed: boolean;
}

/** What every KPI must come out as. Moments are unix seconds, amounts whole roubles. See README.md of this folder. */
export interface Truth {
  readonly account_id: number;
  readonly seed: number;
  readonly since: number;
  readonly until: number;
  readonly time_zone: string;
  readonly currency: 'RUB';
  readonly managers: readonly TruthManager[];
  readonly total: TallyRecord;
  readonly by_month: readonly ({ readonly month: string } & TallyRecord)[];
  readonly by_manager: readonly ({ readonly manager_id: number } & TallyRecord)[];
  /** Cells in which nothing happened are left out. */
  readonly by_month_and_manager: readonly ({
    readonly month: string;
    readonly manager_id: number;
  } & TallyRecord)[];
  readonly now: OpenTotals & {
    readonly by_manager: readonly ({ readonly manager_id: number } & OpenTotals)[];
  };
  readonly stages: readonly StageTotals[];
  /** Deals lost now, by the id of the reason; `none` where nobody gave one. */
  readonly lost_now_by_reason: Readonly<Record<string, number>>;
  /** leads_new by the value of «Источник»; `unknown` where nobody gave one. */
  readonly leads_new_by_source: Readonly<Record<string, number>>;
  /** What was done outside the CRM. `manager_id` null: nobody's in particular. */
  readonly work: {
    readonly total: WorkRecord;
    readonly by_month: readonly ({ readonly month: string } & WorkRecord)[];
    readonly by_manager: readonly ({ readonly manager_id: number | null } & WorkRecord)[];
    readonly by_month_and_manager: readonly ({
      readonly month: string;
      readonly manager_id: number | null;
    } & WorkRecord)[];
  };
  readonly costs: readonly {
    readonly month: string;
    readonly sales: number;
    readonly marketing: number;
    readonly goods: number;
  }[];
  readonly market_size: readonly { readonly quarter: string; readonly amount: number }[];
  readonly anomalies: readonly Anomaly[];
  readonly counts: Readonly<Record<string, number>>;
}

export function tellTruth(world: World, outside: Outside): Truth {
  const ledger = new Ledger();
  for (const deal of world.deals) ledger.enter(deal);
  const { span, staff } = world;
  const months = Array.from({ length: span.months + 1 }, (_, index) => monthOf(span.month(index)));
  const people = staff.all.map(({ id }) => id);
  const nowByManager = people.flatMap((id) => {
    const totals = ledger.openNow(id);
    return totals === null ? [] : [{ manager_id: id, ...totals }];
  });
  const total = ledger.tally('*', '*');
  if (total === null) throw new RangeError('a company without a deal has no truth');
  return {
    account_id: ACCOUNT_ID,
    seed: world.seed,
    since: span.start,
    until: span.until,
    time_zone: ZONE,
    currency: 'RUB',
    managers: staff.all.map(({ id, name, team, role, leavesAt, isRemoved }) => ({
      id,
      name: `${name.first} ${name.last}`,
      team_id: team?.id ?? null,
      role,
      is_active: leavesAt > span.until,
      is_listed: !isRemoved,
    })),
    total,
    by_month: months.flatMap((month) => withTally({ month }, ledger.tally(month, '*'))),
    by_manager: people.flatMap((id) => withTally({ manager_id: id }, ledger.tally('*', id))),
    by_month_and_manager: months.flatMap((month) =>
      people.flatMap((id) => withTally({ month, manager_id: id }, ledger.tally(month, id))),
    ),
    now: { ...sumOf(nowByManager), by_manager: nowByManager },
    stages: ledger.stageTotals(),
    lost_now_by_reason: ledger.lostByReason,
    leads_new_by_source: ledger.leadsBySource,
    // Meetings to come may stand in the month after.
    work: workTruth(
      new WorkLedger(outside),
      [...months, monthOf(span.month(span.months + 1))],
      [...people, null],
    ),
    costs: months.map((month) => ({ month, ...costsOf(outside, month) })),
    market_size: outside.books.market,
    anomalies: plantedAnomalies(world, outside.exchange.outage),
    counts: {
      leads: world.deals.length,
      contacts: world.clients.contacts.length,
      companies: world.clients.companies.length,
      tasks: world.tasks.length,
      notes: world.notes.length,
      calls: outside.exchange.calls.length,
      letters: outside.letters.length,
      meetings: outside.meetings.length,
    },
  };
}

function workTruth(
  ledger: WorkLedger,
  months: readonly string[],
  people: readonly (number | null)[],
): Truth['work'] {
  const total = ledger.tally('*', '*');
  if (total === null) throw new RangeError('a company where nobody did anything has no truth');
  return {
    total,
    by_month: months.flatMap((month) => withTally({ month }, ledger.tally(month, '*'))),
    by_manager: people.flatMap((id) => withTally({ manager_id: id }, ledger.tally('*', id))),
    by_month_and_manager: months.flatMap((month) =>
      people.flatMap((id) => withTally({ month, manager_id: id }, ledger.tally(month, id))),
    ),
  };
}

function costsOf({ books }: Outside, month: string): { sales: number; marketing: number; goods: number } {
  const of = (kind: string): number =>
    books.costs
      .filter((cost) => cost.month === month && cost.kind === kind)
      .reduce((sum, { amount }) => sum + amount, 0);
  return { sales: of('sales'), marketing: of('marketing'), goods: of('goods') };
}

function withTally<K extends object, T extends object>(key: K, tally: T | null): (K & T)[] {
  return tally === null ? [] : [{ ...key, ...tally }];
}

function sumOf(parts: readonly OpenTotals[]): OpenTotals {
  return parts.reduce(
    (sum, part) => ({
      open_deals: sum.open_deals + part.open_deals,
      open_amount: sum.open_amount + part.open_amount,
      incoming_deals: sum.incoming_deals + part.incoming_deals,
    }),
    { open_deals: 0, open_amount: 0, incoming_deals: 0 },
  );
}
