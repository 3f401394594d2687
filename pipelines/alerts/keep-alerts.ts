import type { ClientBase } from 'pg';
import type { Evaluation } from './evaluate.ts';
import type { Finding } from './rule.ts';

/** Rows behind an alert that are kept with it; how many there are is kept, too. */
const MOST_EVIDENCE = 20;

export interface Kept {
  readonly raised: number;
  readonly cleared: number;
}

/**
 * Brings ops.alerts to what was found: what is new is raised, what is still so gets today's number, what is found no more is cleared. An
 * alert that was cleared and is found again is a new one. Runs in the caller's transaction.
 */
export async function keepAlerts(client: ClientBase, evaluation: Evaluation, now: Date): Promise<Kept> {
  let raised = 0;
  let cleared = 0;
  for (const { rule, findings } of evaluation.judgements) {
    const unique = [...new Map(findings.map((finding) => [finding.subject, finding])).values()];
    const { rows } = await client.query<{ is_new: boolean }>(
      `insert into ops.alerts (rule, subject, subject_title, manager_id, manager, team_id, team, value, norm, unit,
         evidence, evidence_count, raised_at, seen_at)
       select $1, found.subject, found.subject_title, found.manager_id, found.manager, found.team_id, found.team,
         found.value, found.norm, found.unit, found.evidence, found.evidence_count, $3, $3
       from jsonb_to_recordset($2) as found (subject text, subject_title text, manager_id text, manager text,
         team_id text, team text, value numeric, norm numeric, unit text, evidence jsonb, evidence_count int)
       on conflict (rule, subject) where cleared_at is null do update set
         subject_title = excluded.subject_title, manager_id = excluded.manager_id, manager = excluded.manager,
         team_id = excluded.team_id, team = excluded.team, value = excluded.value, norm = excluded.norm,
         evidence = excluded.evidence, evidence_count = excluded.evidence_count, seen_at = excluded.seen_at
       returning raised_at = $3 as is_new`,
      [rule, JSON.stringify(unique.map(rowOf)), now],
    );
    raised += rows.filter(({ is_new: isNew }) => isNew).length;
    const gone = await client.query(
      `update ops.alerts set cleared_at = $3
       where rule = $1 and cleared_at is null and not (subject = any ($2))`,
      [rule, unique.map(({ subject }) => subject), now],
    );
    cleared += gone.rowCount ?? 0;
  }
  return { raised, cleared };
}

const rowOf = (finding: Finding): object => ({
  subject: finding.subject,
  subject_title: finding.subjectTitle,
  manager_id: finding.managerId,
  manager: finding.manager,
  team_id: finding.teamId,
  team: finding.team,
  value: finding.value,
  norm: finding.norm,
  unit: finding.unit,
  evidence: finding.evidence.slice(0, MOST_EVIDENCE),
  evidence_count: finding.evidence.length,
});
