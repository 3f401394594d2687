import type { ClientBase } from 'pg';
import { writeTable } from './write-table.ts';

interface Period {
  /** Days in the account's time zone, both included. */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

export interface PbxConfig {
  readonly sourceType: string;
  readonly accountId: string;
  readonly timeZone: string;
  readonly country: string | null;
  readonly trunkPattern: string | null;
  readonly extensionPattern: string | null;
  readonly ownNumbers: readonly string[];
  readonly contexts: Readonly<Record<string, unknown>>;
}

export interface ManagerConfig extends Period {
  /** E-mail, CRM id or name. */
  readonly manager: string;
  readonly team: string | null;
  readonly teams?: readonly ({ readonly team: string } & Period)[];
  readonly extensions: readonly ({
    readonly number: string;
    readonly source?: string | undefined;
  } & Period)[];
  readonly mailboxes: readonly ({ readonly address: string } & Period)[];
}

/** Phone systems, people and norms; what is left out is as if empty. */
export interface PeopleConfig {
  readonly pbx?: readonly PbxConfig[];
  readonly managers?: readonly ManagerConfig[];
  /** In seconds of business time; 30 minutes each when left out. */
  readonly norms?: { readonly callbackSeconds: number; readonly firstContactSeconds: number };
}

/** Tables that are written whole when they differ: they are small, and one has no key. Types are those of migrations 0040 and 0110. */
const TABLES = {
  pbx: 'source_type text, account_id text, time_zone text, country text, trunk_pattern text, extension_pattern text, own_numbers text[], contexts jsonb',
  managers: 'manager_ref text, team text, valid_from date, valid_to date',
  manager_teams: 'manager_ref text, team text, valid_from date, valid_to date',
  manager_extensions: 'manager_ref text, extension text, source text, valid_from date, valid_to date',
  manager_mailboxes: 'manager_ref text, address text, valid_from date, valid_to date',
  contact_norms: 'callback_norm_seconds int, first_contact_norm_seconds int',
} as const;

/**
 * Writes conf.pbx, conf.managers, conf.manager_teams, conf.manager_extensions, conf.manager_mailboxes and conf.contact_norms inside the caller's
 * transaction; a table that already says the same is left alone.
 *
 * @returns whether anything changed.
 */
export async function applyPeople(client: ClientBase, config: PeopleConfig): Promise<boolean> {
  const { pbx = [], managers = [], norms = { callbackSeconds: 1_800, firstContactSeconds: 1_800 } } = config;
  const rows: Readonly<Record<keyof typeof TABLES, readonly object[]>> = {
    pbx: pbx.map((one) => ({
      source_type: one.sourceType,
      account_id: one.accountId,
      time_zone: one.timeZone,
      country: one.country,
      trunk_pattern: one.trunkPattern,
      extension_pattern: one.extensionPattern,
      own_numbers: one.ownNumbers,
      contexts: one.contexts,
    })),
    managers: managers.map(({ manager, team, from, to }) => ({
      manager_ref: manager,
      team,
      valid_from: from ?? null,
      valid_to: to ?? null,
    })),
    manager_teams: managers.flatMap(({ manager, teams = [] }) =>
      teams.map(({ team, from, to }) => ({
        manager_ref: manager,
        team,
        valid_from: from ?? null,
        valid_to: to ?? null,
      })),
    ),
    manager_extensions: managers.flatMap(({ manager, extensions }) =>
      extensions.map(({ number, source, from, to }) => ({
        manager_ref: manager,
        extension: number,
        source: source ?? null,
        valid_from: from ?? null,
        valid_to: to ?? null,
      })),
    ),
    manager_mailboxes: managers.flatMap(({ manager, mailboxes }) =>
      mailboxes.map(({ address, from, to }) => ({
        manager_ref: manager,
        address,
        valid_from: from ?? null,
        valid_to: to ?? null,
      })),
    ),
    contact_norms: [
      {
        callback_norm_seconds: norms.callbackSeconds,
        first_contact_norm_seconds: norms.firstContactSeconds,
      },
    ],
  };
  let changed = false;
  for (const [table, columns] of Object.entries(TABLES)) {
    const rowsOfTable = rows[table as keyof typeof TABLES];
    if (await writeTable(client, table, columns, rowsOfTable)) changed = true;
  }
  return changed;
}
