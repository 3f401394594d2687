import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  START,
  createSmallCrm,
  deleted,
  event,
  lead,
  moved,
  type RawRow,
  type SmallCrm,
} from './small-crm.ts';

const contact = (id: number, company?: number): RawRow => ({
  stream: 'contacts',
  id: String(id),
  updatedAt: 0,
  payload: {
    id,
    name: `Contact ${id}`,
    created_at: START,
    _embedded: { companies: company === undefined ? [] : [{ id: company }] },
  },
});
const task = (id: number, given: Record<string, unknown>, updated = 0): RawRow => ({
  stream: 'tasks',
  id: String(id),
  updatedAt: updated,
  payload: {
    id,
    task_type_id: 1,
    responsible_user_id: 1,
    created_by: 2,
    is_completed: false,
    created_at: START,
    complete_till: START + 3600,
    result: [],
    ...given,
  },
});
const note = (id: number, path: string, entityId: number, given: Record<string, unknown>): RawRow => ({
  stream: 'notes',
  id: String(id),
  updatedAt: 0,
  payload: {
    id,
    entity_id: entityId,
    created_by: 1,
    created_at: START,
    note_type: 'common',
    params: {},
    _links: { self: { href: `https://small.amocrm.ru/api/v4/${path}/notes/${id}` } },
    ...given,
  },
});

const people = [
  { id: 502, is_main: false },
  { id: 501, is_main: true },
];
const sourceField = (value: unknown): object[] => [
  { field_id: 1, field_name: 'Product', field_code: null, values: [{ value: 'Box' }] },
  { field_id: 2, field_name: 'source', field_code: null, values: [{ value }] },
];
const rows: readonly RawRow[] = [
  { stream: 'companies', id: '501', updatedAt: 0, payload: { id: 501, name: 'Romashka', created_at: START } },
  contact(501),
  contact(502, 501),
  moved(1, 10, 20, 142),
  lead({
    id: 1,
    status: 142,
    updated: 10,
    closed: 10,
    company: 501,
    contacts: people,
    price: 10,
    fields: sourceField('Site'),
  }),
  moved(2, 20, 20, 142),
  lead({ id: 2, status: 142, updated: 20, closed: 20, company: 501, price: 30.5, fields: sourceField('') }),
  lead({ id: 3, status: 20, contacts: people, fields: null }),
  lead({ id: 4, status: 20, contacts: [{ id: 999, is_main: true }], fields: sourceField('Fair') }),
  lead({ id: 5, status: 20, contacts: [{ id: 502, is_main: false }] }),
  deleted(6, 30),
  lead({ id: 6, status: 142, company: 501, deletedAt: 30, price: 1000 }),

  // Completed twice; the last time counts, and it was late.
  task(1, { entity_type: 'leads', entity_id: 1, is_completed: true, task_type_id: 2 }, 90),
  event('task_completed', 1, 30, { entity: 'task', by: 1 }),
  event('task_completed', 1, 80, { entity: 'task', by: 3 }),
  // Completed before events were read.
  task(2, { entity_type: 'contacts', entity_id: 502, is_completed: true, task_type_id: 55 }, 40),
  // Completed once, opened again.
  task(3, { entity_type: 'companies', entity_id: 501, task_type_id: 56 }, 60),
  event('task_completed', 3, 50, { entity: 'task' }),
  task(4, { entity_type: null, entity_id: null, complete_till: 0 }),
  { ...task(5, {}), isDeleted: true, deletedAt: 10 },

  note(1, 'leads', 1, {}),
  note(2, 'contacts', 502, { note_type: 'call_out', params: { duration: 60 } }),
  note(3, 'contacts', 501, { note_type: 'call_in', created_by: 0, params: { call_responsible: 2 } }),
  note(4, 'companies', 501, { note_type: 'amomail_message', params: { income: true } }),
  note(5, 'leads', 3, { note_type: 'sms_out' }),
  note(6, 'leads', 1, { created_by: 0 }),
  note(7, 'leads', 1, { note_type: 'service_message' }),
  note(8, 'leads', 6, {}),
  { ...note(9, 'leads', 1, {}), isDeleted: true, deletedAt: 10 },
  event('outgoing_chat_message', 3, 15, { by: 2 }),
  event('incoming_chat_message', 502, 16, { by: 0, entity: 'contact' }),
];

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createSmallCrm();
  await crm.put(rows);
  await crm.build();
});
afterAll(() => crm.drop());

describe('clients', () => {
  it("are a deal's company, else its main contact, else nobody", async () => {
    expect(await crm.rows(`select crm_id, client_id from marts.fct_deals order by 1`)).toEqual([
      { crm_id: '1', client_id: '7:company:501' },
      { crm_id: '2', client_id: '7:company:501' },
      { crm_id: '3', client_id: '7:contact:501' },
      { crm_id: '4', client_id: '7:contact:999' },
      { crm_id: '5', client_id: null },
      { crm_id: '6', client_id: '7:company:501' },
    ]);
  });

  it('are all cards and whoever only deals name, with the wins that stand', async () => {
    const clients = await crm.rows(
      `select client_id, name, deals::int, deals_won::int as won, won_amount,
         (extract(epoch from first_won_at) - $1)::int / 60 as first, (extract(epoch from last_won_at) - $1)::int / 60 as last
       from marts.dim_clients order by client_id`,
      [START],
    );
    const none = { won: 0, won_amount: '0.00', first: null, last: null };
    expect(clients).toEqual([
      {
        client_id: '7:company:501',
        name: 'Romashka',
        deals: 2,
        won: 2,
        won_amount: '40.50',
        first: 10,
        last: 20,
      },
      { client_id: '7:contact:501', name: 'Contact 501', deals: 1, ...none },
      { client_id: '7:contact:502', name: 'Contact 502', deals: 0, ...none },
      { client_id: '7:contact:999', name: 'Unknown contact 999', deals: 1, ...none },
    ]);
  });
});

describe('lead sources', () => {
  it('are the value of the configured field, found by name whatever its case', async () => {
    expect(
      await crm.rows(`select crm_id, source from marts.fct_deals where not is_deleted order by 1`),
    ).toEqual([
      { crm_id: '1', source: 'Site' },
      { crm_id: '2', source: 'unknown' },
      { crm_id: '3', source: 'unknown' },
      { crm_id: '4', source: 'Fair' },
      { crm_id: '5', source: 'unknown' },
    ]);
  });
});

describe('stages', () => {
  it('take the configured step, the one of the stage before, or what amoCRM fixes', async () => {
    const stages = await crm.rows<{ stage: string }>(
      `select concat_ws(' ', stage_id, step, step_no) as stage from marts.dim_stages order by pipeline_id, sort`,
    );
    expect(stages.map(({ stage }) => stage)).toEqual([
      '7:1:10 incoming 0',
      '7:1:20 new 1',
      '7:1:30 contacted 2',
      '7:1:40 qualified 3',
      '7:1:50 proposal 4',
      '7:1:60 meeting 5',
      '7:1:70 agreement 7',
      '7:1:75 agreement 7',
      '7:1:142 won 8',
      '7:1:143 lost 9',
      '7:2:210 new 1',
      '7:2:220 qualified 3',
      '7:2:142 won 8',
      '7:2:143 lost 9',
    ]);
  });
});

describe('tasks', () => {
  it('are completed by the last event, else when they were last changed; reopened ones are open', async () => {
    const tasks = await crm.rows(
      `select crm_id, kind, deal_id, client_id, completed_by_id as by, is_completed as done, is_overdue as late,
         (extract(epoch from completed_at) - $1)::int / 60 as at
       from marts.fct_tasks order by 1`,
      [START],
    );
    const open = { by: null, done: false, late: false, at: null };
    expect(tasks).toEqual([
      {
        crm_id: '1',
        kind: 'meeting',
        deal_id: '7:1',
        client_id: '7:company:501',
        by: '7:3',
        done: true,
        late: true,
        at: 80,
      },
      {
        crm_id: '2',
        kind: 'Send the offer',
        deal_id: null,
        client_id: '7:company:501',
        by: '7:1',
        done: true,
        late: false,
        at: 40,
      },
      { crm_id: '3', kind: 'type 56', deal_id: null, client_id: '7:company:501', ...open },
      { crm_id: '4', kind: 'call', deal_id: null, client_id: null, ...open },
    ]);
  });
});

describe('activities', () => {
  it('are what people did, each with its deal and client; robots, service notes and what was deleted are left out', async () => {
    const activities = await crm.rows<{ activity: string }>(
      `select concat_ws(' ', kind, manager_id, coalesce(deal_id, '-'), coalesce(client_id, '-'),
         case when is_deal_deleted then 'deleted' end) as activity
       from marts.fct_activities where channel = 'crm' order by 1`,
    );
    expect(activities.map(({ activity }) => activity)).toEqual([
      'call_in 7:2 - 7:contact:501',
      'call_out 7:1 - 7:company:501',
      'chat_out 7:2 7:3 7:contact:501',
      'email_in 7:1 - 7:company:501',
      'note 7:1 7:1 7:company:501',
      'note 7:1 7:6 7:company:501 deleted',
      'sms_out 7:1 7:3 7:contact:501',
      'stage_move 7:1 7:1 7:company:501',
      'stage_move 7:1 7:2 7:company:501',
      'task_completed 7:1 - 7:company:501',
      'task_completed 7:1 7:1 7:company:501',
      'task_completed 7:3 7:1 7:company:501',
    ]);
  });
});

describe('the calendar', () => {
  it('has every day from the year of the first deal to the end of next year', async () => {
    const [days] = await crm.rows(
      `select min(day)::text as first, count(*)::int = max(day) - min(day) + 1 as is_whole, max(day) >= current_date + 365 as is_ahead
       from marts.dim_calendar`,
    );
    expect(days).toEqual({ first: '2025-01-01', is_whole: true, is_ahead: true });
    const [day] = await crm.rows(
      `select year, quarter, month, iso_year, week, iso_weekday, is_working_day from marts.dim_calendar where day = '2025-12-29'`,
    );
    expect(day).toEqual({
      year: 2025,
      quarter: 4,
      month: 12,
      iso_year: 2026,
      week: 1,
      iso_weekday: 1,
      is_working_day: true,
    });
  });
});
