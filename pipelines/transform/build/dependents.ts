import type { ClientBase } from 'pg';

/**
 * Views, materialised views and foreign keys bound to a relation that are not part of the build: `known` holds the oids of
 * what the build replaces or made.
 */
export async function foreignDependents(
  client: ClientBase,
  oid: number,
  known: ReadonlySet<number>,
): Promise<string[]> {
  const { rows } = await client.query<{ oid: number; name: string }>(
    `select distinct r.ev_class as oid, r.ev_class::regclass::text as name
     from pg_depend d join pg_rewrite r on r.oid = d.objid
     where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = $1
       and r.ev_class <> $1
     union
     select conrelid, format('foreign key %s of %s', conname, conrelid::regclass)
     from pg_constraint where contype = 'f' and confrelid = $1 and conrelid <> $1`,
    [oid],
  );
  return rows.filter((row) => !known.has(row.oid)).map(({ name }) => name);
}
