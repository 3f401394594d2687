-- When requests to an account may be sent, over all workers and processes. One short update per request or batch. Unlogged: losing it
-- in a crash costs nothing, for coming back takes longer than the second it remembers.
create unlogged table ops.rate_slots (
  bucket text primary key,
  -- When the last requests are sent, ascending; as many as matter for the next one.
  sent_at timestamptz[] not null default '{}',
  -- Nobody sends before this: the source asked for a pause. Infinity: it has blocked the account.
  paused_until timestamptz
) with (fillfactor = 20);

-- Grants p_count requests: when each is to be sent, and in how many milliseconds from now; null when the account is blocked.
-- The request p_limit places after another comes a second and p_guard after it: the guard is what the way may squeeze together.
create function ops.reserve_rate_slots(p_bucket text, p_limit integer, p_count integer, p_guard interval)
returns table (slot timestamptz, wait_ms double precision)
language plpgsql as $$
declare
  v_sent timestamptz[];
  v_paused timestamptz;
  v_now timestamptz;
begin
  select sent_at, paused_until into v_sent, v_paused from ops.rate_slots where bucket = p_bucket for update;
  if not found then
    insert into ops.rate_slots (bucket) values (p_bucket) on conflict do nothing;
    select sent_at, paused_until into v_sent, v_paused from ops.rate_slots where bucket = p_bucket for update;
  end if;
  if v_paused = 'infinity' then
    return;
  end if;
  -- Read after the lock is held: others may have been before us.
  v_now := clock_timestamp();
  for i in 1..p_count loop
    -- Evenly, not in bursts: the receiver takes a burst one by one, and the delay of its last ones eats up the distance to the next.
    slot := greatest(v_now, v_paused, v_sent[cardinality(v_sent)] + interval '970 ms' / p_limit);
    if cardinality(v_sent) >= p_limit then
      slot := greatest(slot, v_sent[cardinality(v_sent) - p_limit + 1] + interval '1 second' + p_guard);
    end if;
    v_sent := v_sent || slot;
    wait_ms := extract(epoch from slot - v_now) * 1000;
    return next;
  end loop;
  -- Workers with another limit may look further back than this one.
  update ops.rate_slots set sent_at = v_sent[greatest(1, cardinality(v_sent) - greatest(p_limit, 50) + 1):] where bucket = p_bucket;
end
$$;

-- A request left later than granted: those that look back to it must look to the moment it really left.
create function ops.move_rate_slot(p_bucket text, p_slot timestamptz, p_late interval) returns void
language sql as $$
  update ops.rate_slots
  set sent_at = (select array_agg(moment order by moment) from unnest(array_replace(sent_at, p_slot, p_slot + p_late)) as moment)
  where bucket = p_bucket and p_slot = any(sent_at)
$$;

-- Accounts that the source has blocked: nothing is sent until somebody has looked, or a single question has been answered again.
create table ops.account_blocks (
  bucket text primary key,
  reason text not null,
  blocked_at timestamptz not null default now(),
  asked_again_at timestamptz not null default now()
);

-- OAuth pairs, encrypted (AES-256-GCM) with a key from the environment.
create table ops.oauth_tokens (
  source text primary key,
  sealed text not null,
  -- Grows with every rotation: a process that holds an older pair sees that another one has refreshed.
  version bigint not null default 1,
  rotated_at timestamptz not null default now()
);

-- The latest news of each row's deletion or restoration, whatever order they came in.
create table ops.liveness (
  source text not null,
  account_id text not null,
  stream text not null,
  id text not null,
  is_deleted boolean not null,
  at timestamptz not null,
  tie_breaker text collate "C" not null,
  primary key (source, account_id, stream, id)
);
