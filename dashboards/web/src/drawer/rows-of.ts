import type { Filter } from '../api/cube.ts';
import type { Catalog, Member } from '../model/catalog.ts';

/** The columns of the rows behind a number, by view; those a session may not see are left out. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  funnel: ['date', 'deal_id', 'manager', 'client', 'source', 'stage', 'loss_reason'],
  deals: ['created_at', 'deal', 'deal_id', 'deal_url', 'manager', 'client', 'stage', 'amount'],
  stage_stays: ['date', 'deal_id', 'manager', 'stage', 'exit', 'left_at'],
  refusals: ['date', 'deal_id', 'manager', 'client', 'lost_from_step', 'loss_reason'],
  regulation: ['deal', 'deal_id', 'deal_url', 'manager', 'stage', 'days_in_stage', 'stage_limit_days'],
  pipeline: ['date', 'manager'],
  tasks: ['date', 'deal_id', 'manager', 'kind'],
  activities: ['date', 'deal_id', 'manager', 'kind'],
  calls: ['date', 'manager', 'client', 'client_number', 'direction', 'outcome', 'deal_id'],
  call_rings: ['date', 'manager', 'ring_result', 'queue'],
  correspondence: ['date', 'manager', 'client', 'direction', 'kind', 'deal_id'],
  meetings: ['date', 'manager', 'client', 'kind', 'state', 'deal_id'],
  quality: ['date', 'manager', 'client', 'subject'],
  plan_fact: ['manager', 'team'],
  scorecard: ['manager', 'team'],
  leaderboard: ['manager', 'team'],
  economics: ['month'],
  clients: ['client', 'manager'],
  forecast: ['manager', 'stage', 'pipeline'],
};
/** Kept only where the measure is about them, for elsewhere they are empty. */
const ABOUT: Readonly<Record<string, RegExp>> = {
  loss_reason: /lost|refus|return|disqualified/,
  lost_from_step: /lost|return/,
};

export interface RowsQuery {
  readonly dimensions: readonly string[];
  readonly measures: readonly string[];
  readonly filters: readonly Filter[];
  readonly order: readonly (readonly [string, 'asc' | 'desc'])[];
}

/**
 * What makes a number up: the rows that are counted in it; of a ratio those of the denominator, with a column that tells which of
 * them are in the numerator.
 */
export function rowsOf(member: Member, catalog: Catalog): RowsQuery | undefined {
  const { view } = member;
  const dimensions = (COLUMNS[view] ?? ['date', 'manager'])
    .filter((id) => ABOUT[id]?.test(member.id) ?? true)
    .map((id) => `${view}.${id}`)
    .filter((name) => catalog.find(name)?.kind === 'dimension');
  if (dimensions.length === 0) return undefined;
  const parts = [member.numerator, member.denominator].filter(
    (name): name is string => name !== undefined && catalog.has(name),
  );
  const isRatio = parts.length === 2;
  const measures = isRatio ? parts : [member.name];
  const counted = isRatio ? parts[1]! : member.name;
  const isAverage = !isRatio && ['number', 'avg'].includes(member.aggregate ?? '');
  const [first] = dimensions;
  const byDate = first!.endsWith('.date') || first!.endsWith('.created_at') || first!.endsWith('.month');
  return {
    dimensions,
    measures,
    filters: [
      isAverage ? { member: counted, operator: 'set' } : { member: counted, operator: 'gt', values: ['0'] },
    ],
    order: [byDate ? [first!, 'desc'] : [measures[0]!, 'desc']],
  };
}
