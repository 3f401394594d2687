/** What the catalog's own relations show a session: all rows, those of the views, or nothing at all. */
export type RelationRule =
  | { readonly kind: 'open' }
  | { readonly kind: 'closed' }
  /** The session reads a view of these rows in its place. */
  | { readonly kind: 'guarded'; readonly where: string };

/** Objects below this number were made by initdb. */
const FIRST_OWN = 16_384;
const RELATIONS = '(select relid from voronka_catalog.shown_relations)';
const NONE = 'false';
const builtIn = (column: string): string => `${column} < ${FIRST_OWN}`;
const ofRelation = (column: string): string => `(${builtIn(column)} or ${column} in ${RELATIONS})`;
const OWN_SESSION = 'pid = pg_catalog.pg_backend_pid()';

const OPEN = new Set(
  `pg_aggregate pg_am pg_amop pg_amproc pg_auth_members pg_available_extension_versions pg_available_extensions pg_cast pg_collation
   pg_conversion pg_cursors pg_extension pg_foreign_data_wrapper pg_group pg_language pg_opclass pg_operator pg_opfamily
   pg_parameter_acl pg_prepared_statements pg_range pg_roles pg_settings pg_shdescription pg_tablespace pg_timezone_abbrevs
   pg_timezone_names pg_transform pg_ts_config pg_ts_config_map pg_ts_dict pg_ts_parser pg_ts_template pg_user pg_wait_events`.split(
    /\s+/,
  ),
);

/** About things there are none of here, or that tell of rows: most common values stand in pg_stats. */
const EMPTY =
  /^pg_(stats|stats_ext|stats_ext_exprs|polic(y|ies)|prepared_xacts|publication.*|subscription.*|user_mappings?|foreign_server|foreign_table|default_acl|db_role_setting|event_trigger|largeobject_metadata|replication_.*|.*seclabels?|matviews|statistic_ext|sequences?|stat_user_functions|stat_xact_.*|stat_progress_.*|stat_replication.*|stat_subscription.*|stat_wal_receiver|partitioned_table)$/;

const RULES: Readonly<Record<string, string>> = {
  pg_class: `(oid in ${RELATIONS} or (${builtIn('oid')} and relnamespace <> 'pg_toast'::pg_catalog.regnamespace))`,
  pg_attribute: `(${builtIn('attrelid')} or (attrelid, attnum) in (select relid, attnum from voronka_catalog.shown_columns)
    or (attnum < 0 and attrelid in ${RELATIONS}))`,
  pg_attrdef: ofRelation('adrelid'),
  pg_constraint: `(${builtIn('oid')} or conrelid in ${RELATIONS})`,
  pg_database: 'datname = pg_catalog.current_database()',
  pg_depend: `${ofRelation('objid')} and ${ofRelation('refobjid')}`,
  pg_shdepend: ofRelation('objid'),
  pg_description: `(${builtIn('objoid')} or (classoid = 'pg_catalog.pg_class'::pg_catalog.regclass and objoid in ${RELATIONS}
    and (objsubid = 0 or (objoid, objsubid) in (select relid, attnum from voronka_catalog.shown_columns))))`,
  pg_enum: builtIn('enumtypid'),
  pg_index: ofRelation('indrelid'),
  pg_inherits: ofRelation('inhrelid'),
  pg_init_privs: builtIn('objoid'),
  pg_namespace: `nspname in ('pg_catalog', 'information_schema', 'public')`,
  pg_proc: builtIn('oid'),
  pg_rewrite: ofRelation('ev_class'),
  pg_trigger: ofRelation('tgrelid'),
  pg_type: `(${builtIn('oid')} or typrelid in ${RELATIONS}
    or typelem in (select reltype from pg_catalog.pg_class where oid in ${RELATIONS}))`,
  pg_stat_database: 'datname = pg_catalog.current_database()',
  pg_stat_database_conflicts: 'datname = pg_catalog.current_database()',
};

/** The rule for a relation of pg_catalog with these columns; what is not known is closed. */
export function catalogRule(relation: string, columns: readonly string[]): RelationRule {
  if (OPEN.has(relation)) return { kind: 'open' };
  const where = RULES[relation] ?? (EMPTY.test(relation) ? NONE : undefined) ?? byColumns(columns);
  return where === undefined ? { kind: 'closed' } : { kind: 'guarded', where };
}

function byColumns(columns: readonly string[]): string | undefined {
  if (columns.includes('pid')) return OWN_SESSION;
  if (columns.includes('relid')) return ofRelation('relid');
  if (!columns.includes('schemaname')) return undefined;
  const name = columns.find((column) => ['tablename', 'viewname', 'relname'].includes(column));
  return name === undefined ? undefined : shownName('schemaname', name);
}

const shownName = (schema: string, name: string): string =>
  `(${schema} in ('pg_catalog', 'information_schema') or (${schema} = 'public' and ${name} in (select name from voronka_catalog.shown_relations)))`;

const NOT_ABOUT_OBJECTS =
  /^(applicable_roles|enabled_roles|administrable_role_authorizations|information_schema_catalog_name|sql_.*)$/;
const PLACES =
  /^(view|specific|routine|unique_constraint|trigger|event_object|sequence|domain|object|user_defined_type|foreign_table)_schema$/;

/** The rule for a view of the information schema. */
export function informationSchemaRule(view: string, columns: readonly string[]): RelationRule {
  if (NOT_ABOUT_OBJECTS.test(view)) return { kind: 'open' };
  if (view.startsWith('_pg')) return { kind: 'closed' };
  if (view === 'schemata') {
    return { kind: 'guarded', where: `schema_name in ('pg_catalog', 'information_schema', 'public')` };
  }
  const has = (column: string): boolean => columns.includes(column);
  const conditions: string[] = [];
  if (has('table_schema') && has('table_name')) {
    const name =
      has('column_name') && view !== 'key_column_usage'
        ? `(table_name, column_name) in (select name, column_name from voronka_catalog.shown_columns)`
        : `table_name in (select name from voronka_catalog.shown_relations)`;
    conditions.push(
      `(table_schema in ('pg_catalog', 'information_schema') or (table_schema = 'public' and ${name}))`,
    );
  }
  const others = columns.filter((column) => {
    if (column === 'udt_schema' || column === 'constraint_schema') return !has('table_schema');
    return PLACES.test(column) && column !== 'domain_schema'
      ? true
      : column === 'domain_schema' && !has('table_schema');
  });
  for (const column of others) {
    conditions.push(`(${column} is null or ${column} in ('pg_catalog', 'information_schema'))`);
  }
  return { kind: 'guarded', where: conditions.length > 0 ? conditions.join(' and ') : NONE };
}
