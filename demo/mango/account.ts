import { randomUUID } from 'node:crypto';
import type { DataSource, FolderRules } from '../stand-in/folder.ts';
import type { Json } from '../stand-in/json.ts';

export type MangoFile = 'users.jsonl' | 'calls.jsonl';

export const mangoRules: FolderRules<MangoFile> = {
  account: { name: 'string?', vpbx_api_key: 'string?', vpbx_api_salt: 'string?' },
  isAccountOptional: true,
  files: {
    'users.jsonl': { optional: false, key: [], fields: { general: 'object', telephony: 'object' } },
    'calls.jsonl': {
      optional: false,
      key: [],
      fields: { entry_id: 'string', start: 'int', finish: 'int', answer: 'int?', create: 'int?' },
    },
  },
};

/** The content of a folder as values. */
export interface MangoData {
  readonly account?: Json;
  readonly users?: Iterable<Json>;
  readonly calls?: Iterable<Json>;
}

/** A leg with every column; times are true unix seconds. */
export interface Leg {
  readonly entry_id: string;
  readonly records: readonly string[];
  readonly start: number;
  readonly finish: number;
  /** 0: not picked up. */
  readonly answer: number;
  readonly from_extension: string;
  readonly from_number: string;
  readonly to_extension: string;
  readonly to_number: string;
  readonly disconnect_reason: number;
  readonly line_number: string;
  readonly location: string;
  readonly create: number;
}

export const LEG_FIELDS = [
  'records',
  'start',
  'finish',
  'answer',
  'from_extension',
  'from_number',
  'to_extension',
  'to_number',
  'disconnect_reason',
  'line_number',
  'location',
  'entry_id',
  'create',
] as const;

export class MangoAccount {
  readonly name: string;
  readonly key: string;
  readonly salt: string;
  readonly users: readonly Json[];
  readonly legs: Leg[] = [];
  readonly #began = new Map<string, number>();

  constructor(
    source: DataSource<MangoFile>,
    credentials: { key?: string | undefined; salt?: string | undefined },
  ) {
    const account = source.account();
    this.name = typeof account['name'] === 'string' ? account['name'] : 'Mango Office stand-in';
    this.key = credentials.key ?? text(account['vpbx_api_key']) ?? randomUUID().replaceAll('-', '');
    this.salt = credentials.salt ?? text(account['vpbx_api_salt']) ?? randomUUID().replaceAll('-', '');
    this.users = [...source.rows('users.jsonl')];
    this.add([...source.rows('calls.jsonl')]);
  }

  /** Adds legs and gives them back with every column. */
  add(rows: readonly Json[]): Leg[] {
    for (const row of rows) {
      const id = String(row['entry_id']);
      this.#began.set(id, Math.min(this.#began.get(id) ?? Infinity, row['start'] as number));
    }
    const legs = rows.map((row) => this.#leg(row));
    for (const leg of legs) this.legs.push(leg);
    return legs;
  }

  #leg(row: Json): Leg {
    const shown = (name: string): string => text(row[name]) ?? '';
    const entry = String(row['entry_id']);
    return {
      entry_id: entry,
      records: ((row['records'] ?? []) as readonly unknown[]).map(String),
      start: row['start'] as number,
      finish: row['finish'] as number,
      answer: (row['answer'] ?? 0) as number,
      from_extension: shown('from_extension'),
      from_number: shown('from_number'),
      to_extension: shown('to_extension'),
      to_number: shown('to_number'),
      disconnect_reason: (row['disconnect_reason'] ?? 1100) as number,
      line_number: shown('line_number'),
      location: shown('location') || 'abonent',
      create: (row['create'] ?? this.#began.get(entry)) as number,
    };
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
