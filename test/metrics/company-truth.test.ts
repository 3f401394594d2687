import { readFileSync } from 'node:fs';
import { DateTime } from 'luxon';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { companyFunnel, type TallyRecord } from '../../demo/company/index.ts';
import { byEntity, type Event, type Lead, read, smallCompany, type Status } from './company-fixture.ts';

const company = smallCompany();
const { truth } = company;
const leads = read<Lead>(company.leads);
const histories = byEntity(read<Event>(company.events), 'lead');

const month = (at: number): string => DateTime.fromSeconds(at, { zone: 'Europe/Moscow' }).toFormat('yyyy-MM');

/** All numbers of a tally, by path. */
function numbers(value: object, path = ''): [string, number][] {
  return Object.entries(value).flatMap(([key, part]): [string, number][] => {
    if (key === 'manager_id' || key === 'month') return [];
    return typeof part === 'number' ? [[`${path}${key}`, part]] : numbers(part as object, `${path}${key}.`);
  });
}

function sum(parts: readonly TallyRecord[]): Record<string, number> {
  const total: Record<string, number> = {};
  for (const part of parts) for (const [key, value] of numbers(part)) total[key] = (total[key] ?? 0) + value;
  return total;
}

describe('the books agree with themselves', () => {
  it('months add up to the total, and managers do', () => {
    const total = Object.fromEntries(numbers(truth.total));
    expect(total['leads_new']).toBeGreaterThan(4000);
    expect(sum(truth.by_month)).toEqual(total);
    expect(sum(truth.by_manager)).toEqual(total);
    expect(sum(truth.by_month_and_manager)).toEqual(total);
  });

  it('cells of a month add up to the month, cells of a manager to the manager', () => {
    for (const row of truth.by_month) {
      const cells = truth.by_month_and_manager.filter((cell) => cell.month === row.month);
      expect(sum(cells)).toEqual(Object.fromEntries(numbers(row)));
    }
    for (const row of truth.by_manager) {
      const cells = truth.by_month_and_manager.filter((cell) => cell.manager_id === row.manager_id);
      expect(sum(cells)).toEqual(Object.fromEntries(numbers(row)));
    }
  });

  it('every lead is open, incoming, won, lost or deleted, and the funnel only narrows', () => {
    const { total, now } = truth;
    const lostNow = Object.values(truth.lost_now_by_reason).reduce((a, b) => a + b, 0);
    expect(now.open_deals + total.deals_won + lostNow).toBe(total.leads_new);
    expect(total.leads_new + now.incoming_deals + total.deals_deleted).toBe(leads.length);
    const reached = Object.values(total.deals_reached);
    expect(reached[0]).toBe(total.leads_new);
    expect([...reached].sort((a, b) => b - a)).toEqual(reached);
  });

  it('stays balance: what was entered was left or is stood in', () => {
    const standing = new Map<string, number>();
    for (const lead of leads.filter(({ is_deleted }) => !is_deleted)) {
      const key = `${lead.pipeline_id}:${lead.status_id}`;
      standing.set(key, (standing.get(key) ?? 0) + 1);
    }
    for (const stage of truth.stages) {
      expect(stage.entered - stage.finished).toBe(
        standing.get(`${stage.pipeline_id}:${stage.status_id}`) ?? 0,
      );
    }
  });

  it('holds whole numbers only', () => {
    for (const [, value] of numbers(truth.total)) expect(Number.isSafeInteger(value)).toBe(true);
    for (const stage of truth.stages) expect(Number.isSafeInteger(stage.finished_seconds)).toBe(true);
  });
});

/** The same KPIs told from the written rows: another way round, and with another library's months. */
describe('the books agree with a recount of the rows', () => {
  const isIncoming = new Set(
    read<{ id: number; _embedded: { statuses: { id: number; type: number }[] } }>(company.pipelines).flatMap(
      (pipeline) => pipeline._embedded.statuses.filter(({ type }) => type === 1).map(({ id }) => id),
    ),
  );
  const live = leads.filter((lead) => !lead.is_deleted && !isIncoming.has(lead.status_id));
  const of = (lead: Lead, type: string): Event[] =>
    (histories.get(lead.id) ?? []).filter((event) => event.type === type);
  const ownerBefore = (lead: Lead, event: Event): number => {
    const history = histories.get(lead.id) ?? [];
    const before = history
      .slice(0, history.indexOf(event))
      .filter(({ type }) => type === 'entity_responsible_changed');
    return before.at(-1)?.value_after[0]?.responsible_user?.id ?? ownerAtCreation(lead);
  };
  const ownerAtCreation = (lead: Lead): number =>
    of(lead, 'entity_responsible_changed')[0]?.value_before[0]?.responsible_user?.id ??
    lead.responsible_user_id;
  const to = (event: Event): Status | undefined => event.value_after[0]?.lead_status;
  const from = (event: Event): Status | undefined => event.value_before[0]?.lead_status;

  const recount = new Map<string, Record<string, number>>();
  const add = (at: number, owner: number, measure: string, value = 1): void => {
    const key = `${month(at)} ${owner}`;
    const cell = recount.get(key) ?? {};
    cell[measure] = (cell[measure] ?? 0) + value;
    recount.set(key, cell);
  };
  for (const lead of live) {
    add(lead.created_at, ownerAtCreation(lead), 'leads_new');
    const moves = of(lead, 'lead_status_changed');
    for (const move of moves) {
      if (to(move)?.id === 143 && from(move)?.id !== 143)
        add(move.created_at, ownerBefore(lead, move), 'deals_lost');
    }
    if (moves.some((move) => to(move)?.id === 142)) add(lead.created_at, ownerAtCreation(lead), 'ever_won');
    const win = moves.findLast((move) => to(move)?.id === 142);
    if (lead.status_id !== 142 || win === undefined) continue;
    add(win.created_at, ownerBefore(lead, win), 'deals_won');
    add(win.created_at, ownerBefore(lead, win), 'won_amount', lead.price);
    add(win.created_at, ownerBefore(lead, win), 'cycle', win.created_at - lead.created_at);
  }
  for (const lead of leads.filter(({ is_deleted }) => is_deleted)) {
    const deletion = of(lead, 'lead_deleted').at(-1);
    if (deletion !== undefined) add(deletion.created_at, ownerBefore(lead, deletion), 'deals_deleted');
  }

  it('for every month and manager', () => {
    const told = new Map<string, Record<string, number>>();
    for (const cell of truth.by_month_and_manager) {
      const measures = {
        leads_new: cell.leads_new,
        deals_lost: cell.deals_lost,
        ever_won: cell.lead_to_won_rate.num,
        deals_won: cell.deals_won,
        won_amount: cell.won_amount,
        cycle: cell.sales_cycle_time.seconds,
        deals_deleted: cell.deals_deleted,
      };
      const present = Object.entries(measures).filter(([, value]) => value !== 0);
      if (present.length > 0) told.set(`${cell.month} ${cell.manager_id}`, Object.fromEntries(present));
    }
    expect(Object.fromEntries(recount)).toEqual(Object.fromEntries(told));
  });

  it('for open deals by the owner of now', () => {
    const open = live.filter(({ status_id }) => status_id !== 142 && status_id !== 143);
    for (const row of truth.now.by_manager) {
      const own = open.filter(({ responsible_user_id }) => responsible_user_id === row.manager_id);
      expect(own.length).toBe(row.open_deals);
      expect(own.reduce((total, { price }) => total + price, 0)).toBe(row.open_amount);
    }
    expect(open.length).toBe(truth.now.open_deals);
  });

  it('for new leads by the source field', () => {
    const counts: Record<string, number> = {};
    for (const lead of live) {
      const field = lead.custom_fields_values?.find(({ field_name }) => field_name === 'Источник');
      const source = typeof field?.values[0]?.value === 'string' ? field.values[0].value : 'unknown';
      counts[source] = (counts[source] ?? 0) + 1;
    }
    expect(counts).toEqual(truth.leads_new_by_source);
  });
});

it('the configuration beside the company names its pipelines and stages', () => {
  const path = new URL('../../demo/company/voronka.yaml', import.meta.url);
  const config = parse(readFileSync(path, 'utf8')) as {
    funnel: { steps: { pipeline: string; stages: object }[] };
  };
  expect(Object.fromEntries(config.funnel.steps.map(({ pipeline, stages }) => [pipeline, stages]))).toEqual(
    companyFunnel,
  );
});
