-- Creates the tables of one stream: current versions, superseded versions, and a view of both.
create function ops.ensure_stream(p_source text, p_stream text) returns void
language plpgsql as $$
declare
  v_name text := p_source || '__' || p_stream;
begin
  if to_regclass(format('raw.%I', v_name || '__versions')) is not null then
    return;
  end if;
  perform pg_advisory_xact_lock(hashtextextended('voronka stream ' || v_name, 0));
  -- Somebody may have made them meanwhile. Asked of the table itself: to_regclass answers from a cache that this lock does not renew.
  if exists (select from pg_class where relnamespace = 'raw'::regnamespace and relname = v_name || '__versions') then
    return;
  end if;
  execute format($sql$
    create table if not exists raw.%1$I (
      account_id text not null,
      id text not null,
      payload jsonb not null,
      source_updated_at timestamptz,
      is_deleted boolean not null default false,
      deleted_at timestamptz,
      load_id bigint not null,
      first_seen_at timestamptz not null,
      seen_at timestamptz not null,
      loaded_xid xid8 not null default pg_current_xact_id(),
      primary key (account_id, id)
    )$sql$, v_name);
  execute format('create table if not exists raw.%I (like raw.%I including defaults, superseded_at timestamptz not null)',
    v_name || '__history', v_name);
  execute format('create index on raw.%I (account_id, id, source_updated_at)', v_name || '__history');
  -- What changed since the last build is found by the transaction that wrote it.
  execute format('create index on raw.%I (loaded_xid)', v_name);
  execute format('create index on raw.%I (loaded_xid)', v_name || '__history');
  execute format('create view raw.%I as select *, null::timestamptz as superseded_at from raw.%I union all select * from raw.%I',
    v_name || '__versions', v_name, v_name || '__history');
  execute format('comment on column raw.%I.first_seen_at is %L', v_name, 'when the record (not this version) was first landed');
  execute format('comment on column raw.%I.seen_at is %L', v_name, 'when this version was landed');
end
$$;

-- Lands what the session has copied into its temporary table voronka_landing (id, updated_at, is_deleted, deleted_at, is_older,
-- payload); rows with is_older lost against a newer row of the same batch, so at most one row per id is not is_older.
--
-- The rules, for a record n against the current version c:
--   full version: newer updated_at wins; equal updated_at and another payload: the later read wins, unless c is deleted;
--     without updated_at (sources that have none) the later read wins over a version without one;
--   deletion: wins at an equal updated_at; without one it holds as of deleted_at, without that as of c.
--   The winner replaces c, which goes to history. A loser that was never seen goes to history, too.
--   A deleted record keeps its last full payload, in whatever order the versions came.
-- So any order, repetition or division of the same versions ends in the same current rows and the same set of versions.
--
-- Hash and merge joins are off: the planner knows nothing of the temporary table, and a scan of all of a stream for a page of 250 is
-- the one plan that must never happen.
create function ops.land_batch(
  p_source text, p_account text, p_stream text, p_load bigint, p_rows bigint, p_older bigint, p_deletions bigint,
  out inserted bigint, out updated bigint, out unchanged bigint, out stale bigint
)
language plpgsql
set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
as $$
declare
  v_raw text := format('raw.%I', p_source || '__' || p_stream);
  v_history text := format('raw.%I', p_source || '__' || p_stream || '__history');
  v_deleted bigint := 0;
  v_flipped bigint := 0;
  v_added bigint := 0;
  v_moved bigint := 0;
  v_columns constant text :=
    'account_id, id, payload, source_updated_at, is_deleted, deleted_at, load_id, first_seen_at, seen_at';
  -- When the new record takes effect, against c.
  v_at constant text := $sql$
    case when n.is_deleted
      then coalesce(n.updated_at, case when c.source_updated_at is not null then coalesce(n.deleted_at, c.source_updated_at) end)
      else n.updated_at end$sql$;
  v_wins text := format($sql$ (case
    when n.is_deleted and not c.is_deleted then c.source_updated_at is null or %1$s >= c.source_updated_at
    when n.is_deleted then coalesce(%1$s > c.source_updated_at, %1$s is not null and c.source_updated_at is null)
    when n.updated_at is null then c.source_updated_at is null and (c.is_deleted or c.payload <> n.payload)
    else c.source_updated_at is null or n.updated_at > c.source_updated_at
      or (n.updated_at = c.source_updated_at and not c.is_deleted and c.payload <> n.payload)
    end) $sql$, v_at);
  v_same text := format($sql$ (n.is_deleted = c.is_deleted and %s is not distinct from c.source_updated_at
    and (n.is_deleted or n.payload = c.payload)) $sql$, v_at);
begin
  -- One landing of a stream at a time from here to the commit. Copying, the larger part, is outside.
  perform pg_advisory_xact_lock(hashtextextended(concat_ws(chr(1), 'voronka land', p_source, p_account, p_stream), 0));

  -- Not `on conflict do nothing`: 7.5 us a row against 5.3 (10,000 new rows), for each insertion is made twice over.
  execute format($sql$
    with added as (
      insert into %1$s (%2$s)
      select $1, n.id, n.payload, case when n.is_deleted then coalesce(n.updated_at, n.deleted_at) else n.updated_at end,
        n.is_deleted, case when n.is_deleted then coalesce(n.deleted_at, n.updated_at, now()) end, $2, now(), now()
      from pg_temp.voronka_landing n
      where not n.is_older and not exists (select from %1$s c where c.account_id = $1 and c.id = n.id)
      returning is_deleted
    )
    select count(*), count(*) filter (where is_deleted) from added$sql$, v_raw, v_columns)
  into inserted, v_deleted using p_account, p_load;
  updated := 0;
  stale := p_older;

  if inserted < p_rows - p_older then
    execute format($sql$
      select count(*) filter (where verdict = 'wins'), count(*) filter (where verdict = 'stale'),
        coalesce(sum(flip) filter (where verdict = 'wins'), 0)
      from (
        select case when %1$s then 'same' when %2$s then 'wins' else 'stale' end as verdict,
          n.is_deleted::int - c.is_deleted::int as flip
        from pg_temp.voronka_landing n join %3$s c on c.account_id = $1 and c.id = n.id
        where not n.is_older
        offset 0 -- or the verdict is worked out anew for each of the three
      ) judged$sql$, v_same, v_wins, v_raw)
    into updated, v_moved, v_flipped using p_account;
    stale := stale + v_moved;
    v_deleted := v_deleted + v_flipped;
  end if;
  v_moved := 0;

  -- Before the winners replace the current versions, what they supersede and what comes too late goes to history, once.
  if updated > 0 then
    execute format($sql$
      insert into %1$s
      select c.*, now()
      from pg_temp.voronka_landing n join %2$s c on c.account_id = $1 and c.id = n.id
      where not n.is_older and %3$s and not exists (
        select from %1$s h
        where h.account_id = $1 and h.id = c.id and h.source_updated_at = c.source_updated_at
          and h.is_deleted = c.is_deleted and (c.is_deleted or h.payload = c.payload))$sql$, v_history, v_raw, v_wins)
    using p_account;
    get diagnostics v_moved = row_count;
    v_added := v_added + v_moved;
    execute format($sql$
      update %1$s c set
        payload = case when n.is_deleted then c.payload else n.payload end,
        source_updated_at = %2$s,
        is_deleted = n.is_deleted,
        deleted_at = case when n.is_deleted then coalesce(n.deleted_at, n.updated_at, now()) end,
        load_id = $2, seen_at = now(), loaded_xid = pg_current_xact_id()
      from pg_temp.voronka_landing n
      where not n.is_older and c.account_id = $1 and c.id = n.id and %3$s$sql$, v_raw, v_at, v_wins)
    using p_account, p_load;
  end if;

  if stale > 0 then
    execute format($sql$
      insert into %1$s (%4$s, superseded_at)
      select distinct on (n.id, %5$s, n.is_deleted, case when not n.is_deleted then n.payload end)
        $1, n.id, n.payload, %5$s, n.is_deleted, case when n.is_deleted then coalesce(n.deleted_at, n.updated_at, now()) end,
        $2, now(), now(), now()
      from pg_temp.voronka_landing n join %2$s c on c.account_id = $1 and c.id = n.id
      where not %3$s and not exists (
        select from %1$s h
        where h.account_id = $1 and h.id = n.id and h.source_updated_at is not distinct from %5$s
          and h.is_deleted = n.is_deleted and (n.is_deleted or h.payload = n.payload))$sql$,
      v_history, v_raw, v_same, v_columns, v_at)
    using p_account, p_load;
    get diagnostics v_moved = row_count;
    v_added := v_added + v_moved;
  end if;

  if stale > 0 or p_deletions > 0 then
    perform ops.complete_deletions(v_raw, v_history, p_account, p_load);
  end if;

  unchanged := p_rows - inserted - updated - stale;
  insert into ops.loads as l (id, source, account_id, stream, inserted, updated, unchanged, stale)
  values (p_load, p_source, p_account, p_stream, inserted, updated, unchanged, stale)
  on conflict (id) do update set
    inserted = l.inserted + excluded.inserted, updated = l.updated + excluded.updated,
    unchanged = l.unchanged + excluded.unchanged, stale = l.stale + excluded.stale;
  insert into ops.streams as s (source, account_id, stream, rows, deleted, history, last_load_id, last_load_at)
  values (p_source, p_account, p_stream, inserted, v_deleted, v_added, p_load, now())
  on conflict (source, account_id, stream) do update set
    rows = s.rows + excluded.rows, deleted = s.deleted + excluded.deleted, history = s.history + excluded.history,
    last_load_id = excluded.last_load_id, last_load_at = excluded.last_load_at;
end
$$;

-- Gives the deleted versions of the batch's records the last full payload before them: a deletion carries none, and the full version may
-- have come after it.
create function ops.complete_deletions(p_raw text, p_history text, p_account text, p_load bigint) returns void
language plpgsql
set enable_hashjoin = off set enable_mergejoin = off set enable_bitmapscan = off set jit = off
as $$
declare
  v_table text;
begin
  foreach v_table in array array[p_raw, p_history] loop
    execute format($sql$
      update %1$s d set payload = last_full.payload, load_id = $2, loaded_xid = pg_current_xact_id()
      from (select distinct id from pg_temp.voronka_landing) n
      cross join lateral (
        select d2.ctid, d2.source_updated_at from %1$s d2
        where d2.account_id = $1 and d2.id = n.id and d2.is_deleted
      ) gone
      cross join lateral (
        select h.payload from %2$s h
        where h.account_id = $1 and h.id = n.id and not h.is_deleted
          and (gone.source_updated_at is null or h.source_updated_at is null or h.source_updated_at <= gone.source_updated_at)
        order by h.source_updated_at desc nulls last, h.seen_at desc
        limit 1
      ) last_full
      where d.ctid = gone.ctid and d.payload <> last_full.payload$sql$, v_table, p_history)
    using p_account, p_load;
  end loop;
end
$$;

-- Why a text cannot become jsonb; null when it can.
create function ops.json_error(p_text text) returns text
language plpgsql immutable as $$
begin
  perform p_text::jsonb;
  return null;
exception when others then
  return sqlerrm;
end
$$;
