import type { Pool } from 'pg';
import type { Evidence, Finding } from './rule.ts';
import type { RuleName } from './settings.ts';

export interface Alert {
  readonly id: number;
  readonly rule: RuleName;
  readonly subject: string;
  readonly subjectTitle: string;
  readonly managerId: string | null;
  readonly manager: string | null;
  readonly team: string | null;
  readonly value: number;
  readonly norm: number;
  readonly unit: Finding['unit'];
  readonly evidence: readonly Evidence[];
  readonly evidenceCount: number;
  readonly raisedAt: Date;
  readonly acknowledgedAt: Date | null;
  readonly clearedAt: Date | null;
  readonly level: number;
}

const COLUMNS = `alert_id::int as id, rule, subject, subject_title as "subjectTitle", manager_id as "managerId", manager, team,
  value::float8 as value, norm::float8 as norm, unit, evidence, evidence_count as "evidenceCount", raised_at as "raisedAt",
  acknowledged_at as "acknowledgedAt", cleared_at as "clearedAt", level`;

/** Alerts that are not cleared, the newest last; `all` with the cleared ones of the last 30 days. */
export async function listAlerts(pool: Pool, { all = false } = {}): Promise<Alert[]> {
  const { rows } = await pool.query<Alert>(
    `select ${COLUMNS} from ops.alerts
     where cleared_at is null or ($1 and raised_at > clock_timestamp() - interval '30 days')
     order by raised_at, alert_id`,
    [all],
  );
  return rows;
}

/** Acknowledged: somebody has it in hand, and it goes no level further. False when there is no such alert, or it is cleared. */
export async function acknowledge(pool: Pool, id: number, by: string): Promise<boolean> {
  const { rowCount } = await pool.query(
    `update ops.alerts set acknowledged_at = coalesce(acknowledged_at, clock_timestamp()),
       acknowledged_by = coalesce(acknowledged_by, $2)
     where alert_id = $1 and cleared_at is null`,
    [id, by],
  );
  return (rowCount ?? 0) > 0;
}
