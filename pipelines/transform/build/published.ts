import type { ClientBase } from 'pg';
import type { Relation } from '../jinja/relation.ts';
import type { Column } from './catalog.ts';

export interface Grant {
  readonly privilege: string;
  /** Quoted. */
  readonly grantee: string;
  readonly grantable: boolean;
}

/** A relation as it stood when the build began. */
export interface PublishedRelation {
  readonly oid: number;
  /** As in pg_class: r table, v view, p partitioned, m materialised view, f foreign. */
  readonly kind: string;
  readonly columns: readonly Column[];
  /** To others than the owner. */
  readonly grants: readonly Grant[];
  /** The columns of each unique index without a condition. */
  readonly uniqueColumns: readonly (readonly string[])[];
}

const GRANTS = (acl: string, owner: string): string =>
  `(select coalesce(jsonb_agg(jsonb_build_object('privilege', privilege_type, 'grantable', is_grantable,
      'grantee', case when grantee = 0 then 'public' else quote_ident(pg_get_userbyid(grantee)) end)), '[]')
    from aclexplode(${acl}) where grantee <> ${owner})`;

/**
 * What stands in the schemas of a project, read once: the build's transaction sees the catalog of one moment anyway, and asking for
 * each relation by itself is most of the time of a small build.
 */
export class Published {
  readonly #relations: ReadonlyMap<string, PublishedRelation>;
  readonly #defaults: ReadonlyMap<string, readonly Grant[]>;

  private constructor(
    relations: ReadonlyMap<string, PublishedRelation>,
    defaults: ReadonlyMap<string, readonly Grant[]>,
  ) {
    this.#relations = relations;
    this.#defaults = defaults;
  }

  static async read(client: ClientBase, schemas: readonly string[]): Promise<Published> {
    const { rows } = await client.query<PublishedRelation & { schema: string; name: string }>(
      `select n.nspname as schema, c.relname as name, c.oid, c.relkind::text as kind,
         (select coalesce(jsonb_agg(jsonb_build_object('name', attname, 'type', format_type(atttypid, atttypmod)) order by attnum), '[]')
          from pg_attribute where attrelid = c.oid and attnum > 0 and not attisdropped) as columns,
         ${GRANTS('c.relacl', 'c.relowner')} as grants,
         (select coalesce(jsonb_agg(key_columns), '[]') from (
            select (select jsonb_agg(attname) from pg_attribute where attrelid = c.oid and attnum = any (indkey)) as key_columns
            from pg_index where indrelid = c.oid and indisunique and indisvalid and indpred is null and indexprs is null
          ) as keys) as "uniqueColumns"
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname = any ($1) and c.relkind in ('r', 'v', 'p', 'm', 'f')`,
      [schemas],
    );
    const { rows: defaults } = await client.query<{ schema: string; grants: Grant[] }>(
      `select nspname as schema, ${GRANTS('defaclacl', 'defaclrole')} as grants
       from pg_default_acl join pg_namespace n on n.oid = defaclnamespace
       where defaclobjtype = 'r' and defaclrole = current_user::regrole and nspname = any ($1)`,
      [schemas],
    );
    return new Published(
      new Map(rows.map((row) => [`${row.schema}.${row.name}`, row])),
      new Map(defaults.map(({ schema, grants }) => [schema, grants])),
    );
  }

  find(relation: Relation): PublishedRelation | undefined {
    return this.#relations.get(`${relation.schema}.${relation.identifier}`);
  }

  /** What `alter default privileges` gives to new tables of a schema. */
  defaultGrants(schema: string): readonly Grant[] {
    return this.#defaults.get(schema) ?? [];
  }
}
