-- What webhooks said may have changed. Nothing of their content is kept: they carry no signature, so they are only a reason to look.
create table ops.hints (
  -- Name of the source in the configuration.
  source text not null,
  -- The account the post claimed to come from; checked again when the account is known for sure.
  account_id text not null,
  -- The stream, `notes:<entity>` for notes, or `*`: too much to name, read everything that is new.
  kind text not null,
  id bigint not null,
  posts bigint not null,
  first_seen timestamptz not null default clock_timestamp(),
  last_seen timestamptz not null default clock_timestamp(),
  primary key (source, account_id, kind, id)
);
create index on ops.hints (source, first_seen);

-- One row per source that takes webhooks: its counters, and how its re-reads fare.
create table ops.webhooks (
  source text primary key,
  -- Learnt from the API; null until the first re-read.
  account_id text,
  posts bigint not null default 0,
  -- Posts that named another account than the source's, or none.
  foreign_posts bigint not null default 0,
  -- Posts that named nothing we know.
  unread_posts bigint not null default 0,
  last_post_at timestamptz,
  last_reread_at timestamptz,
  failures integer not null default 0,
  not_before timestamptz,
  error text
);

-- Keeps a group of posts of one source: one statement, one commit, whatever their number. Returns the account the source belongs to.
-- With p_room hints waiting already, further ones become the single hint `*`, so that the table is bounded whatever is sent.
create function ops.keep_hints(
  p_source text, p_posts bigint, p_foreign bigint, p_unread bigint, p_accounts text[], p_kinds text[], p_ids bigint[], p_counts bigint[], p_room integer
) returns text
language plpgsql as $$
declare
  v_account text;
begin
  -- The sender is told "kept" after this commit, and tells it only once.
  set local synchronous_commit = on;
  if cardinality(p_ids) > 0 and (select count(*) from (select from ops.hints where source = p_source limit p_room) as waiting) >= p_room then
    p_accounts := array[''];
    p_kinds := array['*'];
    p_ids := array[0];
    p_counts := array[p_posts];
  end if;
  -- In the order of the key, so that two processes never wait for each other.
  insert into ops.hints as kept (source, account_id, kind, id, posts)
  select p_source, account_id, kind, id, posts
  from unnest(p_accounts, p_kinds, p_ids, p_counts) as hint (account_id, kind, id, posts)
  order by account_id, kind, id
  on conflict (source, account_id, kind, id) do update
  set posts = kept.posts + excluded.posts, last_seen = clock_timestamp();
  insert into ops.webhooks as kept (source, posts, foreign_posts, unread_posts, last_post_at)
  values (p_source, p_posts, p_foreign, p_unread, clock_timestamp())
  on conflict (source) do update
  set posts = kept.posts + excluded.posts, foreign_posts = kept.foreign_posts + excluded.foreign_posts,
    unread_posts = kept.unread_posts + excluded.unread_posts, last_post_at = excluded.last_post_at
  returning account_id into v_account;
  return v_account;
end
$$;
