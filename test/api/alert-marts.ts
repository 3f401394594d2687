import type pg from 'pg';
import { fill } from './fill-mart.ts';
import { ANNA, CLARA } from './marts-fixture.ts';

/** Alerts of the tiny company: one open of Anna's, one cleared of Clara's, one open that names nobody. */
export async function createAlertMarts(pool: pg.Pool): Promise<void> {
  await pool.query(`create table marts.fct_alerts (alert_id text primary key, rule text, subject text, subject_title text,
    manager_id text, team_id text, team text, value numeric, norm numeric, unit text, evidence jsonb, evidence_count int,
    level int, acknowledged_by text, is_open boolean, is_acknowledged boolean, raised_at timestamptz, notified_at timestamptz,
    acknowledged_at timestamptz, cleared_at timestamptz)`);
  const north = { manager_id: ANNA, team_id: '1:11', team: 'North' };
  const south = { manager_id: CLARA, team_id: '1:12', team: 'South' };
  const about = { unit: 'count', level: 0, evidence_count: 1, is_acknowledged: false };
  await fill(pool, 'fct_alerts', [
    {
      ...about,
      ...north,
      alert_id: '1',
      rule: 'missed_unreturned',
      subject: ANNA,
      subject_title: 'Anna',
      value: 4,
      norm: 2,
      is_open: true,
      raised_at: '2025-04-10T12:00:00+03:00',
    },
    {
      ...about,
      ...south,
      alert_id: '2',
      rule: 'no_next_task',
      subject: CLARA,
      subject_title: 'Clara',
      value: 6,
      norm: 4,
      is_open: false,
      raised_at: '2025-04-11T12:00:00+03:00',
      cleared_at: '2025-04-12T12:00:00+03:00',
    },
    {
      ...about,
      alert_id: '3',
      rule: 'conversion_drop',
      subject: 'proposal',
      subject_title: 'proposal',
      value: 0.2,
      norm: 0.5,
      unit: 'share',
      is_open: true,
      raised_at: '2025-04-12T12:00:00+03:00',
    },
  ]);
}
