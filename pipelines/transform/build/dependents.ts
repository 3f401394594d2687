import type { ClientBase } from 'pg';

/**
 * Views, materialised views and foreign keys bound to relations that are not part of the build, by the relation's oid: `known` holds the
 * oids of what the build replaces or made.
 */
export async function foreignDependents(
  client: ClientBase,
  oids: readonly number[],
  known: ReadonlySet<number>,
): Promise<Map<number, string[]>> {
  const found = new Map<number, string[]>();
  if (oids.length === 0) return found;
  const { rows } = await client.query<{ of: number; oid: number; name: string }>(
    `select distinct d.refobjid as of, r.ev_class as oid, r.ev_class::regclass::text as name
     from pg_depend d join pg_rewrite r on r.oid = d.objid
     where d.classid = 'pg_rewrite'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = any ($1::oid[])
       and r.ev_class <> d.refobjid
     union
     select confrelid, conrelid, format('foreign key %s of %s', conname, conrelid::regclass)
     from pg_constraint where contype = 'f' and confrelid = any ($1::oid[]) and conrelid <> confrelid`,
    [oids],
  );
  for (const { of, oid, name } of rows) {
    if (known.has(oid)) continue;
    found.set(of, [...(found.get(of) ?? []), name]);
  }
  return found;
}
