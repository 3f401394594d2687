import type pg from 'pg';

const CHUNK = 250_000;

export async function addUsers(pool: pg.Pool): Promise<void> {
  await pool.query(
    `insert into raw.amocrm__users (account_id, id, payload, load_id, first_seen_at, seen_at)
     select '7', n::text, jsonb_build_object('id', n, 'name', 'User ' || n), 0, now(), now() from generate_series(1, 60) as n`,
  );
}

/**
 * Legs `from` … `from + count`, as the asterisk source lands them. Call c has 1, 2, 3 or 4 legs by c mod 4: one answered; ring-all of two; three rung in
 * vain; a transfer, two rung and an outgoing leg. Ten legs are four calls.
 */
export async function addLegs(pool: pg.Pool, from: number, count: number): Promise<void> {
  for (let first = from; first < from + count; first += CHUNK) {
    await pool.query(LEGS_SQL, [first, Math.min(first + CHUNK, from + count) - 1]);
  }
}

const LEGS_SQL = `
  insert into raw.asterisk__cdr (account_id, id, payload, load_id, first_seen_at, seen_at)
  select 'pbx', call || '/' || call || '/' || n,
    jsonb_build_object(
      'row', jsonb_build_object(
        'src', case when is_out then extension::text else '8916' || lpad((number % 300000)::text, 7, '0') end,
        'dst', case when is_out then '8916' || lpad((number % 300000)::text, 7, '0') else extension::text end,
        'channel', case when is_out then 'SIP/' || extension else 'SIP/trunk-1' end || '-0000a1f3',
        'dstchannel', case when is_out then 'SIP/trunk-1' else 'SIP/' || extension end || '-0000a1f4',
        'lastapp', 'Dial', 'dcontext', 'from-trunk', 'disposition', case when is_answered then 'ANSWERED' else 'NO ANSWER' end,
        'billsec', case when is_answered then talk else 0 end::text, 'duration', (talk + 12)::text,
        'uniqueid', call::text, 'linkedid', call::text, 'sequence', n::text),
      'start_at', start_at, 'answer_at', case when is_answered then start_at + interval '12 s' end,
      'end_at', start_at + make_interval(secs => talk + 12),
      'call_key', call::text, 'leg_key', call || '/' || call || '/' || n, 'zone', 'UTC'),
    0, now(), now()
  from (
    select n, place, call,
      call % 4 = 0 and call % 3 = 0 as is_out,
      case when place = 0 then true when place in (1, 2) then place = 2 when place < 6 then false else place in (6, 9) end as is_answered,
      200 + ((call * 7 + place) % 60) as extension,
      (call * 7919) % 1000003 as number,
      20 + (call % 180)::int as talk,
      timestamptz '2023-01-01' + make_interval(secs => call * 23.0) as start_at
    from (
      select n, n % 10 as place,
        (n / 10) * 4 + case when n % 10 = 0 then 0 when n % 10 < 3 then 1 when n % 10 < 6 then 2 else 3 end as call
      from generate_series($1::bigint, $2::bigint) as n
    ) as numbered
  ) as legs`;
