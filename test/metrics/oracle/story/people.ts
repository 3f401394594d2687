import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { parse } from 'yaml';
import type { Crm } from '../raw/crm.ts';

/** Who is who: users and their teams, and whose telephone and mailbox it was on which day. Ids as the API writes them, `account:id`. */
export interface People {
  readonly managers: ReadonlySet<string>;
  readonly id: (user: number) => string;
  teamOf(manager: string | null): string | null;
  byExtension(extension: string, at: number): string | null;
  byMailbox(address: string): string | null;
  /** A manager as a table names one: by address or by number. */
  named(text: string): string | null;
  teamNamed(text: string): string | null;
}

interface Entry {
  readonly manager: string;
  readonly extensions: readonly (string | { number: string; from?: string; to?: string })[];
  readonly mailboxes: readonly string[];
}

export function readPeople(crm: Crm, dir: string): People {
  const { managers: entries } = parse(readFileSync(join(dir, 'managers.yaml'), 'utf8')) as {
    managers: Entry[];
  };
  const id = (user: number | string): string => `${crm.accountId}:${user}`;
  const byEmail = new Map(crm.users.map((user) => [user.email.toLowerCase(), id(user.id)]));
  const named = (text: string): string | null =>
    byEmail.get(text.toLowerCase()) ?? (/^\d+$/.test(text) ? id(text) : null);
  const teams = new Map(
    crm.users.map(({ id: user, rights }) => [
      id(user),
      rights.group_id === null ? null : `${crm.accountId}:${rights.group_id}`,
    ]),
  );
  const dayOf = (at: number): string => DateTime.fromSeconds(at, { zone: crm.timeZone }).toISODate() ?? '';
  const telephones = entries.flatMap(({ manager, extensions }) =>
    extensions.map((entry) => ({
      manager: named(manager),
      ...(typeof entry === 'string' ? { number: entry } : entry),
    })),
  );
  const mailboxes = new Map([
    ...byEmail,
    ...entries.flatMap(({ manager, mailboxes }) => mailboxes.map((box) => [box, named(manager)] as const)),
  ]);
  return {
    managers: new Set(teams.keys()),
    id,
    teamOf: (manager) => (manager === null ? null : (teams.get(manager) ?? null)),
    byExtension: (extension, at) =>
      telephones.find(
        ({ number, from = '', to = '9999' }: { number: string; from?: string; to?: string }) =>
          number === extension && from <= dayOf(at) && dayOf(at) <= to,
      )?.manager ?? null,
    byMailbox: (address) => mailboxes.get(address) ?? null,
    named,
    teamNamed: (text) => {
      const team = crm.teams.find(({ name }) => name === text);
      return team === undefined ? null : `${crm.accountId}:${team.id}`;
    },
  };
}
