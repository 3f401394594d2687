import type { Pool } from 'pg';

import { catalogRelations } from '../catalog/install.ts';
import { catalogRule, informationSchemaRule } from '../catalog/relation-rules.ts';
import { ruleOf, type FunctionRule } from './functions.ts';

/** What names mean in this server: read from it once at start, for versions differ. */
export interface CatalogNames {
  /** Relations of pg_catalog by name. */
  readonly catalog: ReadonlyMap<string, 'open' | 'guarded' | 'closed'>;
  readonly informationSchema: ReadonlyMap<string, 'open' | 'guarded' | 'closed'>;
  readonly functions: ReadonlyMap<string, FunctionRule>;
  readonly types: ReadonlySet<string>;
}

export async function readCatalogNames(pool: Pool): Promise<CatalogNames> {
  const catalog = new Map<string, 'open' | 'guarded' | 'closed'>();
  const informationSchema = new Map<string, 'open' | 'guarded' | 'closed'>();
  for (const { schema, relation, columns } of await catalogRelations(pool)) {
    if (schema === 'pg_catalog') catalog.set(relation, catalogRule(relation, columns).kind);
    else informationSchema.set(relation, informationSchemaRule(relation, columns).kind);
  }
  const functions = await pool.query<{ name: string; volatile: boolean }>(
    `select proname as name, bool_or(provolatile = 'v') as volatile from pg_catalog.pg_proc
     where pronamespace = 'pg_catalog'::regnamespace group by 1`,
  );
  const types = await pool.query<{ name: string }>(
    `select typname as name from pg_catalog.pg_type where typnamespace = 'pg_catalog'::regnamespace and (typrelid = 0 or typrelid < 16384)`,
  );
  return {
    catalog,
    informationSchema,
    functions: new Map(functions.rows.map((row) => [row.name, ruleOf(row.name, row.volatile)])),
    types: new Set(types.rows.map((row) => row.name)),
  };
}
