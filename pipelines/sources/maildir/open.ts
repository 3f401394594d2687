import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { OpenOptions } from '../engine/kind.ts';
import { MaildirConnection, type FileMailbox } from './connection.ts';
import { MailFolderMissingError, NoMailboxesError } from './errors.ts';
import type { MaildirSettings } from './settings.ts';

/** Finds the mailboxes below the configured path. */
export async function openMaildir(
  settings: MaildirSettings,
  { warehouse }: OpenOptions,
): Promise<MaildirConnection> {
  const mailboxes = await find(settings);
  for (const { path } of mailboxes) {
    await stat(path).catch((cause: unknown) => {
      throw new MailFolderMissingError(settings.name, path, cause);
    });
  }
  if (mailboxes.length === 0) throw new NoMailboxesError(settings.name, settings.path);
  return new MaildirConnection(settings, mailboxes, warehouse);
}

async function find({ name, path, address, mailboxes }: MaildirSettings): Promise<FileMailbox[]> {
  const root = resolve(path);
  if (mailboxes) {
    return mailboxes.map((one) => ({ ...one, path: join(root, one.path ?? one.address) }));
  }
  if (address !== undefined) return [{ address, aliases: [], path: root }];
  const entries = await readdir(root).catch((cause: unknown) => {
    throw new MailFolderMissingError(name, root, cause);
  });
  return entries
    .filter((entry) => /^[^\s@]+@[^\s@]+$/.test(entry))
    .map((entry) => ({
      address: entry.toLowerCase().replace(/\.(mbox|mbx)$/, ''),
      aliases: [],
      path: join(root, entry),
    }));
}
