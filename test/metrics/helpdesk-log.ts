import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { writeJsonLines } from '../harness/json-lines.ts';

const PIPELINE = 7;
const FIRST_STAGE = 100;

interface LogRow {
  readonly 'case:concept:name': string;
  readonly 'case:variant': string;
  readonly 'time:timestamp': string;
  readonly Activity: string;
  readonly Resource: string;
}

export interface HelpdeskCase {
  readonly leadId: number;
  /** The variant another tool (Fluxicon Disco) gave the case's sequence of activities. */
  readonly variant: string;
}

/**
 * Writes the help-desk log as an amoCRM pipeline whose stages are the activities. An activity that follows itself is no stage change in a
 * CRM; to keep the log's sequences apart, every second one of such a run is the stage "<activity> (again)", which changes no sequence
 * into another's. Ties of a second keep the file's order. Returns the cases in the order of their leads.
 */
export function writeHelpdeskAccount(source: string, target: string): HelpdeskCase[] {
  const rows = parse<LogRow>(readFileSync(join(source, 'Helpdesk.csv')), {
    columns: true,
    bom: true,
    skip_empty_lines: true,
  });
  const activities = [...new Set(rows.map(({ Activity }) => Activity))].sort();
  const stageId = (activity: string, again: boolean): number =>
    FIRST_STAGE + activities.indexOf(activity) * 2 + (again ? 1 : 0);
  const resources = [...new Set(rows.map(({ Resource }) => Resource))].sort();
  const userId = (resource: string): number => 2_001 + resources.indexOf(resource);

  const cases = new Map<string, LogRow[]>();
  for (const row of rows) {
    const events = cases.get(row['case:concept:name']);
    if (events) events.push(row);
    else cases.set(row['case:concept:name'], [row]);
  }

  const leads: object[] = [];
  const events: { at: number; event: object }[] = [];
  const described: HelpdeskCase[] = [];
  let leadId = 50_000;
  for (const [name, unsorted] of cases) {
    leadId += 1;
    const log = unsorted
      .map((row) => ({ row, at: Date.parse(row['time:timestamp'].replace(' ', 'T')) / 1_000 }))
      .sort((a, b) => a.at - b.at);
    const first = log[0]!;
    let again = false;
    let stage = stageId(first.row.Activity, false);
    log.slice(1).forEach(({ row, at }, index) => {
      const repeated = row.Activity === log[index]!.row.Activity;
      again = repeated && !again;
      const next = stageId(row.Activity, again);
      events.push({
        at,
        event: {
          type: 'lead_status_changed',
          entity_type: 'lead',
          entity_id: leadId,
          created_by: userId(row.Resource),
          created_at: at,
          value_before: [{ lead_status: { id: stage, pipeline_id: PIPELINE } }],
          value_after: [{ lead_status: { id: next, pipeline_id: PIPELINE } }],
        },
      });
      stage = next;
    });
    leads.push({
      id: leadId,
      name,
      price: 0,
      responsible_user_id: userId(first.row.Resource),
      status_id: stage,
      pipeline_id: PIPELINE,
      created_by: userId(first.row.Resource),
      created_at: first.at,
      updated_at: log.at(-1)!.at,
      closed_at: null,
      is_deleted: false,
      custom_fields_values: null,
      _embedded: { tags: [], companies: [], contacts: [] },
    });
    described.push({ leadId, variant: first.row['case:variant'] });
  }
  events.sort((left, right) => left.at - right.at);

  writeJsonLines(target, {
    'account.json': [
      {
        id: 77,
        name: 'Help desk',
        subdomain: 'helpdesk',
        is_api_filter_enabled: true,
        _embedded: { users_groups: [], datetime_settings: { timezone: 'UTC', timezone_offset: '+00:00' } },
      },
    ],
    'users.jsonl': resources.map((name) => ({
      id: userId(name),
      name,
      email: `${name.replace(' ', '.').toLowerCase()}@helpdesk.example`,
      rights: { is_admin: false, is_active: true, group_id: null },
    })),
    'pipelines.jsonl': [
      {
        id: PIPELINE,
        name: 'Tickets',
        sort: 1,
        is_main: true,
        _embedded: {
          statuses: activities.flatMap((activity, index) => [
            {
              id: stageId(activity, false),
              name: activity,
              sort: 100 + index * 20,
              type: 0,
              pipeline_id: PIPELINE,
            },
            {
              id: stageId(activity, true),
              name: `${activity} (again)`,
              sort: 110 + index * 20,
              type: 0,
              pipeline_id: PIPELINE,
            },
          ]),
        },
      },
    ],
    'loss_reasons.jsonl': [],
    'leads.jsonl': leads,
    'contacts.jsonl': [],
    'companies.jsonl': [],
    'events.jsonl': events.map(({ event }) => event),
    'tasks.jsonl': [],
    'notes.jsonl': [],
  });
  return described;
}
