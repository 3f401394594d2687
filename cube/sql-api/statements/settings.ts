import { encodingOf } from '../wire/encodings.ts';
import { Refusal } from './refusal.ts';

/** Settings a session may change: how answers look, and hints to the planner. None of them opens anything. */
const FREE = new Set([
  'application_name',
  'array_nulls',
  'bytea_output',
  'client_min_messages',
  'cursor_tuple_fraction',
  'datestyle',
  'default_text_search_config',
  'default_transaction_deferrable',
  'default_transaction_isolation',
  'escape_string_warning',
  'extra_float_digits',
  'from_collapse_limit',
  'geqo',
  'idle_session_timeout',
  'intervalstyle',
  'jit',
  'join_collapse_limit',
  'lc_monetary',
  'lc_numeric',
  'lc_time',
  'lc_messages',
  'lock_timeout',
  'optimize_bounded_sort',
  'plan_cache_mode',
  'quote_all_identifiers',
  'row_security',
  'synchronize_seqscans',
  'synchronous_commit',
  'timezone',
  'timezone_abbreviations',
  'transaction_deferrable',
  'transaction_isolation',
  'transform_null_equals',
  'xmlbinary',
  'xmloption',
]);
const SHOWN_SCHEMAS = new Set(['public', 'pg_catalog', 'information_schema', '$user', '']);
const OFF = /^(off|false|no|0|f|n|of|fals|fal|fa)$/i;

/** `value` undefined: back to the default of the session. */
export interface SettingChange {
  readonly name: string;
  readonly values: readonly string[] | undefined;
}

/**
 * Whether a session may make a change; what to set in its place when only a stricter one may be. Throws {@link Refusal}.
 * `statementTimeoutMs` is the longest a statement of the session may take.
 */
export function checkSetting(
  { name, values }: SettingChange,
  statementTimeoutMs: number,
): string | undefined {
  const setting = name.toLowerCase();
  const value = values?.join(',') ?? '';
  switch (setting) {
    case 'role':
      // Also what a pool sends to clean a session up: SET ROLE NONE.
      if (values === undefined || value.toLowerCase() === 'none') return undefined;
      throw new Refusal(`The role cannot be changed to "${value}": a session has the rights of its user.`, {
        hint: 'Connect as the other user.',
      });
    case 'session_authorization':
      if (values === undefined) return undefined;
      throw new Refusal(`The user cannot be changed to "${value}" within a session.`, {
        hint: 'Connect as the other user.',
      });
    case 'search_path': {
      const hidden = (values ?? []).flatMap((list) => list.split(',')).find((schema) => !isShown(schema));
      if (hidden === undefined) return undefined;
      throw new Refusal(`The schema ${hidden.trim()} is not open to this session; the views are in public.`);
    }
    case 'standard_conforming_strings':
      if (values === undefined || !OFF.test(value)) return undefined;
      throw new Refusal('standard_conforming_strings stays on.', {
        hint: "Write backslash escapes as E'…'.",
      });
    case 'client_encoding':
      if (values === undefined || encodingOf(value) !== undefined) return undefined;
      throw new Refusal(`The client encoding ${value} is not spoken here.`, {
        sqlState: '22023',
        hint: 'Use UTF8, or a single-byte one as WIN1251.',
      });
    case 'statement_timeout':
      return values === undefined || withinTimeout(value, statementTimeoutMs)
        ? undefined
        : `${statementTimeoutMs}ms`;
    case 'idle_in_transaction_session_timeout':
      return undefined;
    case 'transaction_read_only':
    case 'default_transaction_read_only':
      return values !== undefined && OFF.test(value) ? 'on' : undefined;
    default:
      if (FREE.has(setting) || setting.startsWith('enable_')) return undefined;
      throw new Refusal(`The setting ${name} cannot be changed over the SQL API.`);
  }
}

function isShown(schema: string): boolean {
  const name = schema.trim().replace(/^"(.*)"$/, '$1');
  return SHOWN_SCHEMAS.has(name) || SHOWN_SCHEMAS.has(name.toLowerCase());
}

function withinTimeout(value: string, limit: number): boolean {
  const found = /^(\d+)\s*(ms|s|min|h|d)?$/.exec(value.trim());
  if (!found) return false;
  const unit = { ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }[found[2] ?? 'ms'] ?? 1;
  const milliseconds = Number(found[1]) * unit;
  return milliseconds > 0 && milliseconds <= limit;
}
