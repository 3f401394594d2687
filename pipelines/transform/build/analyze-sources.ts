import type { ClientBase } from 'pg';
import type { Manifest } from '../project/manifest.ts';

/** Refreshes the planner's statistics of source tables of which more than a tenth has changed since they were last looked at. */
export async function analyzeSources(client: ClientBase, manifest: Manifest): Promise<void> {
  const relations = [...manifest.sources.values()].map(({ relation }) => String(relation));
  const { rows } = await client.query<{ table: string }>(
    `select format('%I.%I', schemaname, relname) as table
     from pg_stat_user_tables
     where relid = any (select to_regclass(name) from unnest($1::text[]) as name)
       and n_mod_since_analyze > 1000 + 0.1 * n_live_tup
       and pg_has_role(current_user, (select relowner from pg_class where oid = relid), 'usage')`,
    [relations],
  );
  for (const { table } of rows) await client.query(`analyze ${table}`);
}
