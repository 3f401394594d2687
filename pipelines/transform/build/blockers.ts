import type { ClientBase } from 'pg';
import type { Blocker } from '../errors.ts';

/** Sessions that hold locks on the relations. */
export async function lockHolders(
  client: ClientBase,
  oids: readonly number[],
): Promise<(Blocker & { readonly oid: number })[]> {
  const { rows } = await client.query<Blocker & { oid: number }>(
    `select l.relation as oid, l.pid, l.relation::regclass::text as relation, coalesce(a.usename, '?') as user,
       coalesce(nullif(a.application_name, ''), '?') as application, coalesce(a.state, '?') as state
     from pg_locks l left join pg_stat_activity a on a.pid = l.pid
     where l.locktype = 'relation' and l.granted and l.relation = any ($1::oid[]) and l.pid <> pg_backend_pid()
       and l.database = (select oid from pg_database where datname = current_database())`,
    [oids],
  );
  return rows;
}

/**
 * Whether some transaction of this database rests on a snapshot older than this build (REPEATABLE READ, between two
 * statements). It would find a swapped-in table, whose rows are all newer than its snapshot, empty.
 */
export async function hasOlderSnapshots(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query(
    `select from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()
       and state like 'idle in transaction%' and backend_xmin is not null
     limit 1`,
  );
  return rows.length > 0;
}
