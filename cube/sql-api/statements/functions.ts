/**
 * Of Postgres' own functions those that never change anything may be called, but for these, which read beyond the views: files, other
 * sessions, the server's state, or a statement in a text.
 */
const CLOSED =
  /^(query_to_xml|table_to_xml|schema_to_xml|database_to_xml|cursor_to_xml|ts_stat|ts_rewrite|pg_stat_get_|pg_stat_file|pg_stat_|pg_ls_|pg_read_|pg_show_|pg_control_|pg_hba_|pg_ident_|pg_identify_|pg_describe_object|pg_get_object_address|pg_get_publication|pg_get_replication|pg_logical_|pg_replication_|pg_show_replication|pg_lock_|pg_prepared_xact|pg_blocking_pids|pg_safe_snapshot|pg_isolation_|pg_filenode_relation|pg_event_trigger|pg_get_wal|pg_get_shmem|pg_get_backend|pg_wal|pg_last_|pg_current_wal|pg_create_|pg_drop_|pg_export_|pg_import_|pg_extension_|binary_upgrade_|lo_|loread|lowrite|be_lo|pg_sequence_last|pg_mcv_list|pg_partition_|pg_config|pg_get_loaded_modules|pg_get_aios|pg_available_wal|pg_get_multixact|pg_notification_queue|brin_|gin_clean|xmlvalidate$|oidvectortypes$)/;

/** Volatile, and harmless: they tell the time, roll dice or wait within the statement's time. */
const OPEN = new Set([
  'clock_timestamp',
  'gen_random_uuid',
  'pg_backend_pid',
  'pg_conf_load_time',
  'pg_cursor',
  'pg_database_size',
  'pg_is_in_recovery',
  'pg_listening_channels',
  'pg_postmaster_start_time',
  'pg_sleep',
  'pg_sleep_for',
  'pg_sleep_until',
  'pg_tablespace_size',
  'random',
  'random_normal',
  'set_config',
  'setseed',
  'timeofday',
  'txid_current',
  'pg_current_xact_id',
  'uuidv4',
  'uuidv7',
]);

/** Called with a relation, a type or another object by number or name; answered for what the catalog shows only. */
export const GUARDED_FUNCTIONS: Readonly<Record<string, 'relation' | 'type' | 'builtin'>> = {
  col_description: 'relation',
  format_type: 'type',
  obj_description: 'relation',
  pg_get_constraintdef: 'builtin',
  pg_get_functiondef: 'builtin',
  pg_get_function_arguments: 'builtin',
  pg_get_function_identity_arguments: 'builtin',
  pg_get_function_result: 'builtin',
  pg_get_indexdef: 'builtin',
  pg_get_ruledef: 'builtin',
  pg_get_statisticsobjdef: 'builtin',
  pg_get_triggerdef: 'builtin',
  pg_get_viewdef: 'relation',
  pg_indexes_size: 'relation',
  pg_relation_filenode: 'relation',
  pg_relation_filepath: 'relation',
  pg_relation_size: 'relation',
  pg_table_size: 'relation',
  pg_total_relation_size: 'relation',
  to_regclass: 'relation',
  to_regtype: 'type',
};

/** Not functions of Postgres: the rewrite of statements over the views knows what to make of them, elsewhere they do not exist. */
export const TRANSLATED = new Set(['measure', 'dateadd', 'datediff', 'date_add', 'date_sub', 'xirr']);

export type FunctionRule = 'open' | 'guarded' | 'closed';

/** What may be done with a function of pg_catalog, by its name and whether any function of that name is volatile. */
export function ruleOf(name: string, isVolatile: boolean): FunctionRule {
  if (name in GUARDED_FUNCTIONS) return 'guarded';
  if (OPEN.has(name)) return 'open';
  return isVolatile || CLOSED.test(name) ? 'closed' : 'open';
}
