import { createHash } from 'node:crypto';
import type { ClientBase, Pool } from 'pg';

import { VoronkaError } from '../../../pipelines/errors.ts';
import { withClient } from '../../../pipelines/warehouse/with-client.ts';
import type { ViewTable } from '../columns.ts';
import { CatalogRightsError } from './errors.ts';
import { installFunctions, installTypes } from './guarded-functions.ts';
import { catalogRule, informationSchemaRule } from './relation-rules.ts';
import { installTables } from './tables.ts';

/** Changes whenever what is installed does. */
const EDITION = 2;
const LOCK = "select pg_advisory_xact_lock(hashtextextended('voronka sql catalog', 0))";

export interface CatalogSource {
  /** Every view with every column. */
  readonly tables: readonly ViewTable[];
  /** Of each role, what it may see. */
  readonly byRole: ReadonlyMap<string, readonly ViewTable[]>;
  /** Name of the role sessions log in with. */
  readonly reader: string;
}

/**
 * Makes the views look like tables to whoever reads the catalog: tables in schema public, and in schema `voronka_catalog` a filtered
 * twin of each catalog relation that tells of more than them. One transaction; nothing is done when all is as it should be. Throws
 * TableTakenError, CatalogRightsError.
 */
export async function installCatalog(pool: Pool, source: CatalogSource): Promise<void> {
  try {
    await withClient(pool, async (client) => {
      await client.query(
        `begin; set local lock_timeout = '20s'; set local client_min_messages = warning; ${LOCK}`,
      );
      if (!(await isInstalled(client, source))) await install(client, source);
      await client.query('commit');
    });
  } catch (error) {
    if (error instanceof VoronkaError) throw error;
    if ((error as { code?: string }).code === '42501') throw new CatalogRightsError(error);
    throw error;
  }
}

async function fingerprintOf(client: ClientBase, { tables, byRole, reader }: CatalogSource): Promise<string> {
  const { rows } = await client.query<{ version: string }>(
    `select current_setting('server_version_num') as version`,
  );
  const facts = JSON.stringify([EDITION, rows[0]?.version, reader, tables, [...byRole]]);
  return createHash('sha256').update(facts).digest('hex');
}

async function isInstalled(client: ClientBase, source: CatalogSource): Promise<boolean> {
  const { rows } = await client.query<{ fingerprint: string; whole: boolean }>(
    `select fingerprint, to_regnamespace('voronka_catalog') is not null and not exists (
       select from ops.sql_tables t where not exists (select from pg_catalog.pg_class c where c.oid = t.relid)) as whole
     from ops.sql_catalog`,
  );
  return rows[0]?.whole === true && rows[0].fingerprint === (await fingerprintOf(client, source));
}

async function install(client: ClientBase, source: CatalogSource): Promise<void> {
  await client.query(`
    drop schema if exists voronka_catalog, voronka_catalog_system cascade;
    create schema voronka_catalog_system;
    create schema voronka_catalog;
    comment on schema voronka_catalog is 'The catalog as sessions of the SQL API see it; made anew by the server when the model changes';
    create function voronka_catalog.must_be_compiled() returns boolean language plpgsql as $$
    begin
      raise exception 'The views can be read through the SQL API only' using errcode = 'insufficient_privilege';
    end $$;
    create table voronka_catalog.columns_of_roles (
      role text, name name, relid pg_catalog.oid, column_name name, attnum int2, primary key (role, relid, attnum));
    create view voronka_catalog.shown_columns as
      select name, relid, column_name, attnum from voronka_catalog.columns_of_roles
      where role = pg_catalog.current_setting('voronka.role', true);
    create view voronka_catalog.shown_relations as
      select distinct name, relid from voronka_catalog.columns_of_roles
      where role = pg_catalog.current_setting('voronka.role', true);`);
  const numbers = await installTables(client, source.tables, source.reader);
  await fillColumns(client, source, numbers);
  await installTypes(client);
  await installFunctions(client);
  await installViews(client);
  const reader = `"${source.reader.replaceAll('"', '""')}"`;
  await client.query(`grant usage on schema voronka_catalog, voronka_catalog_system to ${reader};
    grant select on all tables in schema voronka_catalog, voronka_catalog_system to ${reader}`);
  await client.query(
    `insert into ops.sql_catalog (fingerprint) values ($1)
     on conflict (is_only_row) do update set fingerprint = excluded.fingerprint, installed_at = now()`,
    [await fingerprintOf(client, source)],
  );
}

async function fillColumns(
  client: ClientBase,
  { byRole }: CatalogSource,
  numbers: ReadonlyMap<string, number>,
): Promise<void> {
  for (const [role, tables] of byRole) {
    for (const { name, columns } of tables) {
      await client.query(
        `insert into voronka_catalog.columns_of_roles
         select $1, $2, attrelid, attname, attnum from pg_catalog.pg_attribute where attrelid = $3 and attname = any ($4)`,
        [role, name, numbers.get(name), columns.map((column) => column.name)],
      );
    }
  }
}

const NO_TYPE = 'null::pg_catalog.text[]';
/** What a view cannot have as it is: of type anyarray; or must not tell: that the stand-ins have a policy. */
const INSTEAD: Readonly<Record<string, string>> = {
  relrowsecurity: 'false',
  rowsecurity: 'false',
  attmissingval: NO_TYPE,
  most_common_vals: NO_TYPE,
  histogram_bounds: NO_TYPE,
  most_common_elems: NO_TYPE,
  range_bounds_histogram: NO_TYPE,
  range_length_histogram: NO_TYPE,
};

const SYSTEM_COLUMNS = ['tableoid', 'xmin', 'xmax', 'cmin', 'cmax', 'ctid'];

/**
 * Twice: as `SELECT *` shows them, and for statements that name system columns (psql's `\\dd` asks for tableoid, DataGrip for xmin) with
 * those, too.
 */
async function installViews(client: ClientBase): Promise<void> {
  const statements = (await catalogRelations(client)).flatMap(({ schema, relation, columns, isTable }) => {
    const rule =
      schema === 'pg_catalog' ? catalogRule(relation, columns) : informationSchemaRule(relation, columns);
    if (rule.kind !== 'guarded') return [];
    const list = columns.map((column) =>
      column in INSTEAD ? `${INSTEAD[column]} as ${column}` : `"${column}"`,
    );
    const view = (place: string, more: readonly string[]): string =>
      `create view ${place}."${relation}" with (security_invoker = true, security_barrier = true) as
       select ${[...list, ...more].join(', ')} from ${schema}."${relation}" where ${rule.where}`;
    return [view('voronka_catalog', []), view('voronka_catalog_system', isTable ? SYSTEM_COLUMNS : [])];
  });
  await client.query(statements.join(';\n'));
}

export interface CatalogRelation {
  readonly schema: 'pg_catalog' | 'information_schema';
  readonly relation: string;
  readonly columns: readonly string[];
  /** A table has system columns, a view has none. */
  readonly isTable: boolean;
}

/** The relations of the catalog that anybody may read, with their columns in order. */
export async function catalogRelations(client: ClientBase | Pool): Promise<CatalogRelation[]> {
  const { rows } = await client.query<CatalogRelation>(
    `select n.nspname as schema, c.relname as relation, c.relkind = 'r' as "isTable",
       array(select attname::text from pg_catalog.pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped order by attnum) as columns
     from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
     where n.nspname in ('pg_catalog', 'information_schema') and c.relkind in ('r', 'v') and c.oid < 16384
     order by 1, 2`,
  );
  return rows;
}
