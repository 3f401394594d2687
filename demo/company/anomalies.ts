import { DAY } from './calendar.ts';
import { SALES } from './funnel.ts';
import { BULK_EDIT_SIZE, bulkEditAt } from './simulate.ts';
import type { Outage } from '../telephony/index.ts';
import type { World } from './world.ts';

/** What was planted on purpose, for alerts and back-tests to find; moments are unix seconds. */
export type Anomaly =
  | {
      readonly kind: 'slackening_manager';
      readonly manager_id: number;
      readonly activity_falls_at: number;
      readonly revenue_falls_at: number;
      readonly ends_at: number;
    }
  | {
      readonly kind: 'stuck_department';
      readonly team_id: number;
      readonly status_id: number;
      readonly from: number;
      readonly to: number;
    }
  /** Nothing came in, and every dial failed. */
  | { readonly kind: 'pbx_outage'; readonly from: number; readonly to: number }
  | { readonly kind: 'bulk_edit'; readonly at: number; readonly leads: number };

export function plantedAnomalies(world: World, outage: Outage): Anomaly[] {
  const { staff, span, standstill, deals } = world;
  const planted: Anomaly[] = [];
  for (const { id, slack } of staff.managers) {
    if (slack === null || slack[0] > span.until) continue;
    const [from, to] = slack;
    planted.push({
      kind: 'slackening_manager',
      manager_id: id,
      activity_falls_at: from,
      revenue_falls_at: from + 21 * DAY,
      ends_at: to,
    });
  }
  const [from, to] = standstill;
  const teamId = staff.heads.corporate.team?.id ?? 0;
  if (from <= span.until)
    planted.push({ kind: 'stuck_department', team_id: teamId, status_id: SALES.agreement.id, from, to });
  if (outage.from <= span.until) planted.push({ kind: 'pbx_outage', from: outage.from, to: outage.to });
  const at = bulkEditAt(world);
  const leads = deals.filter(({ journal }) =>
    journal.some((entry) => entry.kind === 'tagged' && entry.at === at),
  ).length;
  if (leads > 0) planted.push({ kind: 'bulk_edit', at, leads: Math.min(leads, BULK_EDIT_SIZE) });
  return planted;
}
