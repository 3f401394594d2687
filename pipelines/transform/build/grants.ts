import type { ClientBase } from 'pg';
import { quote, type Relation } from '../jinja/relation.ts';
import type { ModelNode } from '../project/manifest.ts';
import type { BuildContext } from './build-context.ts';

/** The role BI tools read with, and the schema it reads. */
const READER = 'voronka_reader';
const READER_SCHEMA = 'marts';

/**
 * Statements that give what was built aside the rights of the relation it replaces, those of `config(grants=…)`, and in the marts those of
 * the reader. Run before the swap, so that no reader meets a table without them.
 */
export function grantStatements(
  { published }: Pick<BuildContext, 'published'>,
  model: ModelNode,
  aside: Relation,
  hasReader: boolean,
): string[] {
  // A new relation gets what `alter default privileges` gives to tables made in its schema: it was made in another one.
  const inherited = published.find(model.relation)?.grants ?? published.defaultGrants(model.relation.schema);
  const statements = inherited.map(
    ({ privilege, grantee, grantable }) =>
      `grant ${privilege} on ${String(aside)} to ${grantee}${grantable ? ' with grant option' : ''}`,
  );
  for (const [privilege, roles] of Object.entries(model.config.grants ?? {})) {
    if (!/^[a-z]+$/i.test(privilege)) continue;
    statements.push(`grant ${privilege} on ${String(aside)} to ${roles.map(quote).join(', ')}`);
  }
  if (model.relation.schema === READER_SCHEMA && hasReader)
    statements.push(`grant select on ${String(aside)} to ${READER}`);
  return statements;
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

export async function readerExists(client: ClientBase): Promise<boolean> {
  const { rows } = await client.query(`select from pg_roles where rolname = $1`, [READER]);
  return rows.length > 0;
}
