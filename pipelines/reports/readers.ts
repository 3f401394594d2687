import type { Pool } from 'pg';
import type { SecurityContext } from '../../cube/access.ts';
import type { Config } from '../config/index.ts';
import type { DigestSettings, Recipient } from '../config/reports.ts';
import type { Language } from './document.ts';

/** Somebody who gets messages: what they may see, in which language, where. */
export interface Reader {
  /** Names the reader in the keys of messages. */
  readonly id: string;
  readonly context: SecurityContext;
  readonly language: Language;
  readonly at: readonly { readonly channel: string; readonly address: string }[];
}

export function readerOf(recipient: Recipient, config: Pick<Config, 'reports'>): Reader {
  const { name, role, teams, managers, language, at } = recipient;
  return {
    id: name,
    context: { role, teams, managers },
    language: language ?? config.reports.language,
    at,
  };
}

/** Whom a digest goes to: those named, and every active manager where it says so, each with the rights of a manager. */
export async function readersOf(digest: DigestSettings, config: Config, pool: Pool): Promise<Reader[]> {
  const named = config.recipients
    .filter(({ name }) => digest.to.includes(name))
    .map((recipient) => readerOf(recipient, config));
  if (digest.to_each_manager.length === 0) return named;
  const byType = new Map(config.channels.map(({ name, type }) => [name, type]));
  // Who they are and where they can be reached; no number is read from a table.
  const { rows } = await pool.query<{ id: string; email: string | null }>(
    `select manager_id as id, email from marts.dim_managers
     where is_active and is_known order by manager_id`,
  );
  const each = rows.flatMap(({ id, email }): Reader[] => {
    const at = digest.to_each_manager.flatMap((channel) => {
      if (byType.get(channel) === 'folder') return [{ channel, address: id.replaceAll(':', '-') }];
      return email === null ? [] : [{ channel, address: email }];
    });
    const context: SecurityContext = { role: 'manager', teams: [], managers: [id] };
    return at.length === 0 ? [] : [{ id, context, language: config.reports.language, at }];
  });
  return [...named, ...each];
}
