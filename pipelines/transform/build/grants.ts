import type { ClientBase } from 'pg';
import { quote, type Relation } from '../jinja/relation.ts';
import type { ModelNode } from '../project/manifest.ts';
import { findRelation } from './catalog.ts';

/** The role BI tools read with, and the schema it reads. */
const READER = 'voronka_reader';
const READER_SCHEMA = 'marts';

/**
 * Gives what was built aside the rights of the relation it replaces, those of `config(grants=…)`, and in the marts those of
 * the reader. Done before the swap, so that no reader meets a table without them.
 */
export async function copyGrants(client: ClientBase, model: ModelNode, aside: Relation): Promise<void> {
  const published = await findRelation(client, model.relation);
  // A new relation gets what `alter default privileges` gives to tables made in its schema: it was made in another one.
  const { rows } = await client.query<{ privilege: string; grantee: string; grantable: boolean }>(
    `select privilege_type as privilege, is_grantable as grantable,
       case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end as grantee
     from (
       select relacl as acl, relowner as owner from pg_class where oid = $1::oid
       union all
       select defaclacl, defaclrole from pg_default_acl
       where $1::oid is null and defaclobjtype = 'r' and defaclrole = current_user::regrole
         and defaclnamespace = (select oid from pg_namespace where nspname = $2)
     ) as source cross join lateral aclexplode(acl)
     where grantee <> owner`,
    [published?.oid ?? null, model.relation.schema],
  );
  for (const { privilege, grantee, grantable } of rows) {
    const option = grantable ? ' with grant option' : '';
    await client.query(`grant ${privilege} on ${String(aside)} to ${grantee}${option}`);
  }
  for (const [privilege, roles] of Object.entries(model.config.grants ?? {})) {
    if (!/^[a-z]+$/i.test(privilege)) continue;
    await client.query(`grant ${privilege} on ${String(aside)} to ${roles.map(quote).join(', ')}`);
  }
  if (model.relation.schema === READER_SCHEMA && (await readerExists(client))) {
    await client.query(`grant select on ${String(aside)} to ${READER}`);
  }
}

/** Creates the schemas the models live in; the reader may look into the marts. */
export async function ensureSchemas(client: ClientBase, schemas: ReadonlySet<string>): Promise<void> {
  for (const schema of schemas) {
    // `create schema if not exists` wants the right to create schemas even when there is nothing to do.
    const { rows } = await client.query('select from pg_namespace where nspname = $1', [schema]);
    if (rows.length === 0) await client.query(`create schema ${quote(schema)}`);
  }
  if (!schemas.has(READER_SCHEMA) || !(await readerExists(client))) return;
  const { rows } = await client.query<{ may: boolean }>(
    `select has_schema_privilege('${READER}', '${READER_SCHEMA}', 'usage') as may`,
  );
  if (rows[0]?.may === false) await client.query(`grant usage on schema ${READER_SCHEMA} to ${READER}`);
}

async function readerExists(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query(`select from pg_roles where rolname = $1`, [READER]);
  return rows.length > 0;
}
