import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The CRM's rows as they lie in its JSON-lines files. Moments are unix seconds. */
export interface Crm {
  readonly accountId: number;
  readonly timeZone: string;
  readonly users: readonly User[];
  readonly teams: readonly { readonly id: number; readonly name: string }[];
  readonly pipelines: readonly Pipeline[];
  readonly leads: readonly Lead[];
  readonly contacts: readonly Card[];
  readonly events: readonly CrmEvent[];
  readonly tasks: readonly Task[];
  readonly notes: readonly Note[];
}

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly rights: { readonly group_id: number | null; readonly is_active?: boolean };
}

export interface Pipeline {
  readonly id: number;
  readonly name: string;
  readonly _embedded: { readonly statuses: readonly { readonly id: number; readonly name: string }[] };
}

export interface Lead {
  readonly id: number;
  readonly price: number;
  readonly responsible_user_id: number;
  readonly status_id: number;
  readonly pipeline_id: number;
  readonly created_at: number;
  readonly created_by: number;
  readonly is_deleted: boolean;
  readonly _embedded: {
    readonly contacts: readonly { readonly id: number }[];
    readonly companies: readonly { readonly id: number }[];
  };
}

export interface Card {
  readonly id: number;
  readonly name: string;
  readonly custom_fields_values:
    | readonly {
        readonly field_code: string | null;
        readonly values: readonly { readonly value: unknown }[];
      }[]
    | null;
  readonly _embedded: { readonly companies: readonly { readonly id: number }[] };
}

export interface CrmEvent {
  readonly type: string;
  readonly entity_type: string;
  readonly entity_id: number;
  readonly created_by: number;
  readonly created_at: number;
  readonly value_before: readonly Change[];
  readonly value_after: readonly Change[];
}

export interface Change {
  readonly lead_status?: { readonly id: number; readonly pipeline_id: number };
  readonly responsible_user?: { readonly id: number };
  readonly sale_field_value?: { readonly sale: number };
}

export interface Task {
  readonly id: number;
  readonly responsible_user_id: number;
  readonly created_at: number;
  readonly updated_at: number;
  readonly complete_till: number;
  readonly is_completed: boolean;
  readonly entity_type: string | null;
  readonly entity_id: number | null;
}

export interface Note {
  readonly id: number;
  readonly entity_type: string;
  readonly entity_id: number;
  readonly note_type: string;
  readonly created_by: number;
  readonly created_at: number;
  readonly params: { readonly uniq?: string; readonly income?: boolean; readonly call_responsible?: unknown };
}

export function readCrm(dir: string): Crm {
  const account = JSON.parse(readFileSync(join(dir, 'account.json'), 'utf8')) as {
    id: number;
    _embedded: { datetime_settings: { timezone: string }; users_groups: { id: number; name: string }[] };
  };
  const list = <T>(name: string): T[] =>
    readFileSync(join(dir, `${name}.jsonl`), 'utf8')
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as T);
  return {
    accountId: account.id,
    timeZone: account._embedded.datetime_settings.timezone,
    users: list('users'),
    teams: account._embedded.users_groups,
    pipelines: list('pipelines'),
    leads: list('leads'),
    contacts: list('contacts'),
    events: list('events'),
    tasks: list('tasks'),
    notes: list('notes'),
  };
}
