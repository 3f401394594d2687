import type pg from 'pg';
import { EVERYTHING, type Hint } from './hint.ts';

/** Posts of one source that are kept together. */
export interface Posts {
  readonly source: string;
  readonly posts: number;
  readonly foreign: number;
  readonly unread: number;
  readonly hints: readonly (Hint & { readonly account: string; readonly posts: number })[];
}

/** Hints waiting per source at most; what comes above becomes "read everything that is new", which is cheaper by then anyway. */
export const ROOM = 10_000;

/** Commits them to disk; resolves to the account the source belongs to, null while it is not known. */
export async function keepHints(pool: pg.Pool, group: Posts): Promise<string | null> {
  const { hints } = group;
  const { rows } = await pool.query<{ account_id: string | null }>(
    'select ops.keep_hints($1, $2, $3, $4, $5, $6, $7, $8, $9) as account_id',
    [
      group.source,
      group.posts,
      group.foreign,
      group.unread,
      hints.map(({ account }) => account),
      hints.map(({ kind }) => kind),
      hints.map(({ id }) => id),
      hints.map(({ posts }) => posts),
      ROOM,
    ],
  );
  return rows[0]?.account_id ?? null;
}

export async function accountOf(pool: pg.Pool, source: string): Promise<string | null> {
  const { rows } = await pool.query<{ account_id: string | null }>(
    'select account_id from ops.webhooks where source = $1',
    [source],
  );
  return rows[0]?.account_id ?? null;
}

export interface WebhookState {
  readonly source: string;
  readonly posts: number;
  /** Posts that named another account than the source's, or none. */
  readonly foreignPosts: number;
  readonly lastPostAt: Date | null;
  /** Rows that are still to be read again. */
  readonly waiting: number;
  /** Why the last re-read failed. */
  readonly error: string | null;
}

/** Of every source that was ever posted to, in the order of their names. */
export async function listWebhooks(pool: pg.Pool): Promise<WebhookState[]> {
  const { rows } = await pool.query<WebhookState>(
    `select source, posts::float8 as posts, foreign_posts::float8 as "foreignPosts", last_post_at as "lastPostAt",
       (select count(*)::int from ops.hints where hints.source = webhooks.source) as waiting, error
     from ops.webhooks order by source`,
  );
  return rows;
}

/** Of these sources, those whose oldest hint has waited for its debounce and whose last failure is far enough away. */
export async function dueSources(
  pool: pg.Pool,
  sources: readonly { readonly name: string; readonly debounceMs: number }[],
): Promise<string[]> {
  const { rows } = await pool.query<{ source: string }>(
    `select wanted.source
     from unnest($1::text[], $2::double precision[]) as wanted (source, debounce_ms)
     join lateral (
       select first_seen from ops.hints where ops.hints.source = wanted.source order by first_seen limit 1
     ) as oldest on oldest.first_seen <= clock_timestamp() - wanted.debounce_ms * interval '1 ms'
     left join ops.webhooks as state on state.source = wanted.source
     where state.not_before is null or state.not_before <= clock_timestamp()`,
    [sources.map(({ name }) => name), sources.map(({ debounceMs }) => debounceMs)],
  );
  return rows.map(({ source }) => source);
}

/**
 * The moment a re-read begins (the database's clock, as text): hints that were last seen up to it are answered by what is read after it;
 * and how long ago the oldest one came. Notes whose account it is, and drops the hints that claimed another one.
 */
export async function beginReading(
  pool: pg.Pool,
  source: string,
  account: string,
): Promise<{ readonly cut: string; readonly oldestSeconds: number }> {
  await pool.query(
    `with gone as (
       delete from ops.hints where source = $1 and account_id not in ($2, '') returning posts
     )
     insert into ops.webhooks as kept (source, account_id, foreign_posts)
     values ($1, $2, (select coalesce(sum(posts), 0) from gone))
     on conflict (source) do update
     set account_id = excluded.account_id, foreign_posts = kept.foreign_posts + excluded.foreign_posts`,
    [source, account],
  );
  const { rows } = await pool.query<{ cut: string; oldest_seconds: number }>(
    `select clock_timestamp()::text as cut,
       coalesce(extract(epoch from clock_timestamp() - min(first_seen)), 0)::float8 as oldest_seconds
     from ops.hints where source = $1`,
    [source],
  );
  return { cut: rows[0]?.cut ?? '', oldestSeconds: rows[0]?.oldest_seconds ?? 0 };
}

/** The oldest hints from before `cut`, without {@link EVERYTHING}. */
export async function takeHints(pool: pg.Pool, source: string, cut: string, limit: number): Promise<Hint[]> {
  const { rows } = await pool.query<Hint>(
    `select kind, id from ops.hints where source = $1 and first_seen <= $2::timestamptz and kind <> $3
     order by first_seen limit $4`,
    [source, cut, EVERYTHING.kind, limit],
  );
  return rows.map(({ kind, id }) => ({ kind, id: Number(id) }));
}

/** Their rows are committed. A hint that came again after `cut` stays and waits for its debounce anew. */
export async function answerHints(
  pool: pg.Pool,
  source: string,
  cut: string,
  hints: readonly Hint[],
): Promise<void> {
  const which = [source, cut, hints.map(({ kind }) => kind), hints.map(({ id }) => id)];
  const these = `source = $1 and (kind, id) in (select * from unnest($3::text[], $4::bigint[]))`;
  await pool.query(`delete from ops.hints where ${these} and last_seen <= $2::timestamptz`, which);
  await pool.query(
    `update ops.hints set first_seen = last_seen where ${these} and last_seen > $2::timestamptz`,
    which,
  );
}

/** Whether everything new is still to be read; a sync that began after this was last said answers it. */
export async function wantsEverything(pool: pg.Pool, source: string): Promise<boolean> {
  await pool.query(
    `delete from ops.hints where source = $1 and kind = $2 and exists (
       select from ops.syncs
       where ops.syncs.source = $1 and status in ('running', 'succeeded') and started_at > ops.hints.last_seen
     )`,
    [source, EVERYTHING.kind],
  );
  const { rowCount } = await pool.query('select from ops.hints where source = $1 and kind = $2', [
    source,
    EVERYTHING.kind,
  ]);
  return (rowCount ?? 0) > 0;
}

/** Ends a re-read that went well; `pauseMs` keeps the next one away for so long. */
export async function noteSuccess(pool: pg.Pool, source: string, pauseMs: number): Promise<void> {
  await pool.query(
    `update ops.webhooks set failures = 0, error = null, last_reread_at = clock_timestamp(),
       not_before = case when $2 > 0 then clock_timestamp() + $2 * interval '1 ms' end
     where source = $1`,
    [source, pauseMs],
  );
}

/** Ends one that failed: the hints stay, the next try comes after 10 s, 20 s, 40 s … 15 minutes. */
export async function noteFailure(pool: pg.Pool, source: string, message: string): Promise<void> {
  await pool.query(
    `insert into ops.webhooks as kept (source, failures, error, not_before)
     values ($1, 1, $2, clock_timestamp() + interval '10 s')
     on conflict (source) do update
     set failures = kept.failures + 1, error = excluded.error,
       not_before = clock_timestamp() + least(interval '15 min', interval '10 s' * (2 ^ least(kept.failures, 10)))`,
    [source, message],
  );
}
