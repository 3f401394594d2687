import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { writeJsonLines } from '../harness/json-lines.ts';

/** Stage ids of the one pipeline the data set is turned into. */
const PIPELINE = 1;
const STAGE = { Prospecting: 11, Engaging: 12, Won: 142, Lost: 143 } as const;

/** Grants the token its rights; owns no deal. */
const ADMINISTRATOR = {
  id: 1_000,
  name: 'Administrator',
  email: 'admin@maven.example',
  rights: { is_admin: true, is_active: true, group_id: null },
};

interface Opportunity {
  readonly opportunity_id: string;
  readonly sales_agent: string;
  readonly product: string;
  readonly account: string;
  readonly deal_stage: keyof typeof STAGE;
  readonly engage_date: string;
  readonly close_date: string;
  readonly close_value: string;
}

/**
 * Writes the opportunities of Maven Analytics' data set (`sales_pipeline.csv`, `sales_teams.csv`) as an amoCRM account in the form the
 * stand-in serves. A deal is created on its engage date, or on the data's last day while it has none (Prospecting); teams are the
 * managers of `sales_teams.csv`; the account lives in UTC, so that the file's dates stay the dates of the reports.
 */
export function writeMavenAccount(source: string, target: string): void {
  const opportunities = readCsv<Opportunity>(source, 'sales_pipeline.csv');
  const agents = readCsv<{ sales_agent: string; manager: string }>(source, 'sales_teams.csv');
  const teams = [...new Set(agents.map(({ manager }) => manager))];
  const accounts = [...new Set(opportunities.map(({ account }) => account).filter(Boolean))];
  const agentIds = new Map(agents.map(({ sales_agent: name }, index) => [name, 1_001 + index]));
  const lastDay = seconds('2017-12-31');

  const users = agents.map(({ sales_agent: name, manager }) => ({
    id: agentIds.get(name),
    name,
    email: `${name.toLowerCase().replaceAll(/[^a-z]+/g, '.')}@maven.example`,
    rights: { is_admin: false, is_active: true, group_id: teams.indexOf(manager) + 1 },
  }));
  const companies = accounts.map((name, index) => ({
    id: 501 + index,
    name,
    created_at: seconds('2016-10-01'),
    updated_at: seconds('2016-10-01'),
  }));
  const companyIds = new Map(companies.map(({ name, id }) => [name, id]));

  const leads: object[] = [];
  const events: { at: number; event: object }[] = [];
  opportunities.forEach((row, index) => {
    const id = 10_001 + index;
    const createdAt = row.engage_date ? seconds(row.engage_date) : lastDay;
    const closedAt = row.close_date ? seconds(row.close_date) : null;
    const responsible = agentIds.get(row.sales_agent);
    leads.push({
      id,
      name: `${row.product} ${row.opportunity_id}`,
      price: Number(row.close_value || 0),
      responsible_user_id: responsible,
      status_id: STAGE[row.deal_stage],
      pipeline_id: PIPELINE,
      created_by: responsible,
      created_at: createdAt,
      updated_at: closedAt ?? createdAt,
      closed_at: closedAt,
      is_deleted: false,
      custom_fields_values: null,
      _embedded: {
        tags: [],
        companies: row.account ? [{ id: companyIds.get(row.account) }] : [],
        contacts: [],
      },
    });
    if (closedAt !== null) {
      events.push({
        at: closedAt,
        event: {
          type: 'lead_status_changed',
          entity_type: 'lead',
          entity_id: id,
          created_by: responsible,
          created_at: closedAt,
          value_before: [{ lead_status: { id: STAGE.Engaging, pipeline_id: PIPELINE } }],
          value_after: [{ lead_status: { id: STAGE[row.deal_stage], pipeline_id: PIPELINE } }],
        },
      });
    }
  });
  events.sort((left, right) => left.at - right.at);

  writeJsonLines(target, {
    'account.json': [
      {
        id: 42,
        name: 'Maven',
        subdomain: 'maven',
        currency: 'USD',
        is_api_filter_enabled: true,
        _embedded: {
          users_groups: teams.map((name, index) => ({ id: index + 1, name })),
          datetime_settings: { timezone: 'UTC', timezone_offset: '+00:00' },
        },
      },
    ],
    'users.jsonl': [ADMINISTRATOR, ...users],
    'pipelines.jsonl': [
      {
        id: PIPELINE,
        name: 'Sales',
        sort: 1,
        is_main: true,
        _embedded: {
          statuses: [
            { id: STAGE.Prospecting, name: 'Prospecting', sort: 20, type: 0, pipeline_id: PIPELINE },
            { id: STAGE.Engaging, name: 'Engaging', sort: 30, type: 0, pipeline_id: PIPELINE },
            { id: STAGE.Won, name: 'Won', sort: 10_000, type: 0, pipeline_id: PIPELINE },
            { id: STAGE.Lost, name: 'Lost', sort: 11_000, type: 0, pipeline_id: PIPELINE },
          ],
        },
      },
    ],
    'loss_reasons.jsonl': [],
    'leads.jsonl': leads,
    'contacts.jsonl': [],
    'companies.jsonl': companies,
    'events.jsonl': events.map(({ event }) => event),
    'tasks.jsonl': [],
    'notes.jsonl': [],
  });
}

function readCsv<Row>(folder: string, file: string): Row[] {
  return parse<Row>(readFileSync(join(folder, file)), { columns: true, bom: true, skip_empty_lines: true });
}

function seconds(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / 1_000;
}
