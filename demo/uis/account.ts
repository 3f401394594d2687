import { DateTime } from 'luxon';
import type { DataSource, FolderRules } from '../stand-in/folder.ts';
import type { Json } from '../stand-in/json.ts';
import { StandInUsageError } from '../stand-in/errors.ts';

export type UisFile = 'employees.jsonl' | 'calls.jsonl' | 'call_legs.jsonl';

export const uisRules: FolderRules<UisFile> = {
  account: { app_id: 'int', name: 'string', timezone: 'string' },
  files: {
    'employees.jsonl': { optional: false, key: ['id'], fields: { id: 'int', full_name: 'string' } },
    'calls.jsonl': {
      optional: false,
      key: ['id'],
      fields: {
        id: 'int',
        start_time: 'string',
        finish_time: 'string',
        direction: 'string',
        contact_phone_number: 'string?',
      },
    },
    'call_legs.jsonl': {
      optional: false,
      key: ['id'],
      fields: {
        id: 'int',
        call_session_id: 'int',
        start_time: 'string',
        total_duration: 'int',
        direction: 'string',
        is_operator: 'bool',
      },
    },
  },
};

/** The content of a folder as values. */
export interface UisData {
  readonly account: Json;
  readonly employees?: Iterable<Json>;
  readonly calls?: Iterable<Json>;
  readonly call_legs?: Iterable<Json>;
}

export interface NewCall {
  readonly call: Json;
  readonly legs?: readonly Json[];
}

/** What the account holds. Times are the account's local texts, which sort as they pass. */
export class UisAccount {
  readonly account: Json;
  readonly employees = new Map<number, Json>();
  readonly calls = new Map<number, Json>();
  readonly legs = new Map<number, Json>();

  constructor(source: DataSource<UisFile>) {
    this.account = source.account();
    for (const row of source.rows('employees.jsonl')) this.employees.set(row['id'] as number, row);
    for (const row of source.rows('calls.jsonl')) this.calls.set(row['id'] as number, row);
    for (const row of source.rows('call_legs.jsonl')) this.legs.set(row['id'] as number, row);
  }

  add({ call, legs = [] }: NewCall): void {
    this.calls.set(call['id'] as number, call);
    for (const leg of legs) this.legs.set(leg['id'] as number, { call_session_id: call['id'], ...leg });
  }

  edit(id: number, changes: Json): void {
    const call = this.calls.get(id);
    if (!call) throw new StandInUsageError(`There is no call ${id}.`);
    this.calls.set(id, { ...call, ...changes });
  }

  /** A moment (unix seconds) as this account writes it. */
  local(unixSeconds: number): string {
    const zone = String(this.account['timezone']);
    return DateTime.fromSeconds(unixSeconds, { zone }).toFormat('yyyy-MM-dd HH:mm:ss');
  }
}
