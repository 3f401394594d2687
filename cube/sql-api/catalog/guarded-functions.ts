import type { ClientBase } from 'pg';

import { GUARDED_FUNCTIONS } from '../statements/functions.ts';

/** Types that are printed as the name of what they number. */
export const GUARDED_TYPES = ['regclass', 'regtype', 'regproc', 'regprocedure', 'regnamespace'] as const;

const TYPE_CHECKS: Readonly<Record<(typeof GUARDED_TYPES)[number], string>> = {
  regclass: 'voronka_catalog.shows_relation(value)',
  regtype: 'voronka_catalog.shows_type(value)',
  regproc: 'value < 16384',
  regprocedure: 'value < 16384',
  regnamespace: `value < 16384 or value::pg_catalog.oid = 'public'::pg_catalog.regnamespace`,
};

const SHOWS = `
  create function voronka_catalog.shows_relation(pg_catalog.oid) returns boolean language sql stable as $$
    select $1 < 16384 or exists (select from voronka_catalog.shown_relations where relid = $1)
  $$;
  create function voronka_catalog.shows_type(pg_catalog.oid) returns boolean language sql stable as $$
    select $1 < 16384 or exists (
      select from pg_catalog.pg_class where reltype in (select $1 union all select typelem from pg_catalog.pg_type where oid = $1)
        and oid in (select relid from voronka_catalog.shown_relations)
    )
  $$;`;

/** Domains in the place of the types, whose values are checked: a number that stands for something hidden is not printed as its name. */
export async function installTypes(client: ClientBase): Promise<void> {
  await client.query(SHOWS);
  for (const type of GUARDED_TYPES) {
    await client.query(
      `create domain voronka_catalog.${type} as pg_catalog.${type} check (value is null or ${TYPE_CHECKS[type]})`,
    );
  }
}

const CHECKS = {
  relation: (of: string) => `voronka_catalog.shows_relation(${of})`,
  type: (of: string) => `voronka_catalog.shows_type(${of})`,
  builtin: (of: string) => `${of}::pg_catalog.oid < 16384`,
};
const BY_NAME: Readonly<Record<string, string>> = {
  relation: 'to_regclass',
  type: 'to_regtype',
  builtin: '',
};

/** Functions of the same names that answer null about what is hidden: made for every form the server has of them. */
export async function installFunctions(client: ClientBase): Promise<void> {
  const { rows } = await client.query<{ name: string; types: string[]; result: string }>(
    `select proname as name, array(select format_type(t, null) from unnest(proargtypes) with ordinality as a (t, n) order by n) as types,
       format_type(prorettype, null) as result
     from pg_catalog.pg_proc
     where pronamespace = 'pg_catalog'::regnamespace and proname = any ($1) and not proretset and provariadic = 0`,
    [Object.keys(GUARDED_FUNCTIONS)],
  );
  for (const { name, types, result } of rows) {
    const kind = GUARDED_FUNCTIONS[name] ?? 'builtin';
    const call = `pg_catalog.${name}(${types.map((_, index) => `$${index + 1}`).join(', ')})`;
    await client.query(
      `create function voronka_catalog.${name}(${types.join(', ')}) returns ${result} language sql stable as $$
         select case when ${condition(name, kind, types, call)} then ${call} end $$`,
    );
  }
}

function condition(name: string, kind: keyof typeof CHECKS, types: readonly string[], call: string): string {
  if (name.startsWith('to_')) return CHECKS[kind](call);
  // Comments of other objects than relations are those of Postgres' own, or hidden.
  if (name === 'obj_description' && types.length === 2) {
    return `$1 < 16384 or ($2 = 'pg_class' and ${CHECKS.relation('$1')})`;
  }
  if (types[0] === 'text') return `${CHECKS[kind](`pg_catalog.${BY_NAME[kind] ?? ''}($1)`)}`;
  return CHECKS[kind]('$1');
}
