import type pg from 'pg';

/** How much of everything; calls have one leg each, and every deal passes five stages. */
export interface Size {
  readonly deals: number;
  readonly calls: number;
}

const CHUNK = 100_000;
/** Three years before this moment lie all deals and calls. */
const END = Date.parse('2026-01-01T00:00:00Z') / 1_000;
const SPAN = 3 * 365 * 86_400;

/** A company of 60 managers, one deal in three sharing its client with others, written to raw as the sources land it. */
export async function writeCompany(pool: pg.Pool, { deals, calls }: Size): Promise<void> {
  await pool.query(BASICS_SQL);
  const contacts = contactsOf(deals);
  await inChunks(0, contacts, (from, to) => pool.query(CONTACTS_SQL, [from, to]));
  await inChunks(0, deals, (from, to) => pool.query(LEADS_SQL, [from, to, deals, contacts, END, SPAN]));
  await inChunks(0, deals, (from, to) => pool.query(EVENTS_SQL, [from, to, deals, END, SPAN]));
  await addCalls(pool, 0, calls, { deals, calls });
}

/** One deal in `deals / count` moves on to another stage, its amount changes, and its event says so. */
export async function changeDeals(
  pool: pg.Pool,
  count: number,
  { deals }: Size,
  round: number,
): Promise<void> {
  await pool.query(CHANGE_SQL, [Math.floor(deals / count), count, round, END]);
}

export const addCalls = (pool: pg.Pool, from: number, count: number, { deals, calls }: Size): Promise<void> =>
  inChunks(from, count, (first, last) =>
    pool.query(CALLS_SQL, [first, last, calls, contactsOf(deals), END, SPAN]),
  );

const contactsOf = (deals: number): number => Math.ceil((deals * 2) / 3);

async function inChunks(
  from: number,
  count: number,
  write: (first: number, last: number) => Promise<unknown>,
): Promise<void> {
  for (let first = from; first < from + count; first += CHUNK)
    await write(first, Math.min(first + CHUNK, from + count) - 1);
}

const LANDED = '(account_id, id, payload, source_updated_at, load_id, first_seen_at, seen_at)';

const BASICS_SQL = `
  insert into raw.amocrm__account ${LANDED} values ('7', '7',
    '{"id": 7, "name": "Bench", "_embedded": {"users_groups": [{"id": 11, "name": "North"}, {"id": 12, "name": "South"}], "task_types": []}}',
    null, 0, now(), now());
  insert into raw.amocrm__users ${LANDED}
  select '7', n::text, jsonb_build_object('id', n, 'name', 'User ' || n, 'email', 'user' || n || '@example.org',
    'rights', jsonb_build_object('is_admin', false, 'is_active', true, 'group_id', 11 + n % 2)), null, 0, now(), now()
  from generate_series(1, 60) as n;
  insert into raw.amocrm__loss_reasons ${LANDED}
  select '7', n::text, jsonb_build_object('id', n, 'name', 'Reason ' || n), null, 0, now(), now() from generate_series(901, 905) as n;
  insert into raw.amocrm__pipelines ${LANDED} values ('7', '1', '{"id": 1, "name": "Sales", "sort": 1, "is_archive": false, "_embedded":
    {"statuses": [{"id": 20, "name": "New", "sort": 20, "type": 0}, {"id": 30, "name": "Contacted", "sort": 30, "type": 0},
      {"id": 40, "name": "Qualified", "sort": 40, "type": 0}, {"id": 50, "name": "Offer", "sort": 50, "type": 0},
      {"id": 142, "name": "Won", "sort": 10000, "type": 0}, {"id": 143, "name": "Lost", "sort": 11000, "type": 0}]}}',
    null, 0, now(), now())`;

const CONTACTS_SQL = `
  insert into raw.amocrm__contacts ${LANDED}
  select '7', n::text, jsonb_build_object('id', n, 'name', 'Client ' || n, 'responsible_user_id', 1 + n % 60, 'created_at', 1600000000 + n,
    'custom_fields_values', jsonb_build_array(jsonb_build_object('field_code', 'PHONE', 'values',
      jsonb_build_array(jsonb_build_object('value', '+7916' || lpad(n::text, 7, '0')))))),
    to_timestamp(1600000000 + n), 0, now(), now()
  from generate_series($1::int + 1, $2::int + 1) as n`;

/** Nine deals in ten are closed; $3 deals, $4 contacts, $5 end, $6 seconds before it. */
const LEADS_SQL = `
  insert into raw.amocrm__leads ${LANDED}
  select '7', n::text, jsonb_build_object('id', n, 'name', 'Deal ' || n, 'price', 1000 + n % 9000, 'responsible_user_id', 1 + n % 60,
    'status_id', status, 'pipeline_id', 1, 'loss_reason_id', case when status = 143 then 901 + n % 5 end, 'created_by', 1 + n % 60,
    'created_at', created, 'updated_at', updated, 'closed_at', case when status > 100 then updated end, 'custom_fields_values', null,
    '_embedded', jsonb_build_object('tags', '[]'::jsonb, 'companies', '[]'::jsonb, 'contacts',
      jsonb_build_array(jsonb_build_object('id', 1 + n % $4::int, 'is_main', true)))),
    to_timestamp(updated), 0, now(), now()
  from (
    select n, case when n % 10 = 0 then 50 when n % 4 = 0 then 142 else 143 end as status,
      ($5::bigint - $6::bigint + n * ($6::bigint - 3000000) / $3::bigint) as created,
      ($5::bigint - $6::bigint + n * ($6::bigint - 3000000) / $3::bigint) + case when n % 10 = 0 then 3 else 4 end * 86400 * (1 + n % 7) as updated
    from generate_series($1::bigint + 1, $2::bigint + 1) as n
  ) as deals`;

const EVENTS_SQL = `
  insert into raw.amocrm__events ${LANDED}
  select '7', '01' || lpad(n::text, 9, '0') || move, jsonb_build_object('id', '01' || lpad(n::text, 9, '0') || move,
    'type', 'lead_status_changed', 'entity_id', n, 'entity_type', 'lead', 'created_by', 1 + n % 60,
    'created_at', ($4::bigint - $5::bigint + n * ($5::bigint - 3000000) / $3::bigint) + move * 86400 * (1 + n % 7),
    'value_before', jsonb_build_array(jsonb_build_object('lead_status', jsonb_build_object('id', 10 + move * 10, 'pipeline_id', 1))),
    'value_after', jsonb_build_array(jsonb_build_object('lead_status', jsonb_build_object('id',
      case when move < 4 then 20 + move * 10 when n % 4 = 0 then 142 else 143 end, 'pipeline_id', 1)))),
    null, 0, now(), now()
  from generate_series($1::bigint + 1, $2::bigint + 1) as n
  cross join lateral generate_series(1, case when n % 10 = 0 then 3 else 4 end) as move`;

/** Two in three from the client, one in five of them missed; a third of the calls are to the client. */
const CALLS_SQL = `
  insert into raw.asterisk__cdr ${LANDED}
  select 'pbx', call || '/' || call || '/1', jsonb_build_object(
      'row', jsonb_build_object(
        'src', case when is_out then extension::text else number end, 'dst', case when is_out then number else extension::text end,
        'channel', case when is_out then 'SIP/' || extension else 'SIP/trunk-1' end || '-0000a1f3',
        'dstchannel', case when is_out then 'SIP/trunk-1' else 'SIP/' || extension end || '-0000a1f4',
        'lastapp', 'Dial', 'dcontext', 'from-trunk', 'disposition', case when is_answered then 'ANSWERED' else 'NO ANSWER' end,
        'billsec', case when is_answered then talk else 0 end::text, 'duration', (talk + 12)::text,
        'uniqueid', call::text, 'linkedid', call::text, 'sequence', '1'),
      'start_at', start_at, 'answer_at', case when is_answered then start_at + interval '12 s' end,
      'end_at', start_at + make_interval(secs => talk + 12), 'call_key', call::text, 'leg_key', call || '/' || call || '/1', 'zone', 'UTC'),
    null, 0, now(), now()
  from (
    select call, call % 3 = 0 as is_out, call % 5 <> 0 as is_answered, 200 + (call * 7) % 60 as extension,
      '8916' || lpad((1 + (call * 7919) % $4::bigint)::text, 7, '0') as number, 20 + (call % 180)::int as talk,
      to_timestamp($5::bigint - $6::bigint + call::numeric * $6::bigint / $3::bigint) as start_at
    from generate_series($1::bigint, $2::bigint) as call
  ) as calls`;

const CHANGE_SQL = `
  with changed as (
    update raw.amocrm__leads as leads set
      payload = payload || jsonb_build_object('status_id', 40, 'price', 5000 + $3::int, 'closed_at', null, 'loss_reason_id', null,
        'updated_at', $4::bigint + $3::int * 3600),
      source_updated_at = to_timestamp($4::bigint + $3::int * 3600), loaded_xid = pg_current_xact_id()
    from (select ((n * $1::bigint) + $3::int)::text as id from generate_series(1, $2::int - 1) as n) as chosen
    where leads.account_id = '7' and leads.id = chosen.id
    returning leads.id
  )
  insert into raw.amocrm__events ${LANDED}
  select '7', '02' || lpad(id, 9, '0') || $3::int, jsonb_build_object('id', '02' || lpad(id, 9, '0') || $3::int,
    'type', 'lead_status_changed', 'entity_id', id::bigint, 'entity_type', 'lead', 'created_by', 1, 'created_at', $4::bigint + $3::int * 3600,
    'value_before', jsonb_build_array(jsonb_build_object('lead_status', jsonb_build_object('id', 50, 'pipeline_id', 1))),
    'value_after', jsonb_build_array(jsonb_build_object('lead_status', jsonb_build_object('id', 40, 'pipeline_id', 1)))),
    null, 0, now(), now()
  from changed`;
