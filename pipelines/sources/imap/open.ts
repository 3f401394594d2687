import type { OpenOptions } from '../engine/kind.ts';
import { ImapConnection } from './connection.ts';
import type { ImapSettings } from './settings.ts';

/** Connections are made when a mailbox is read: one that cannot be opened must not keep the others from being read. */
export function openImap(
  settings: ImapSettings,
  { environment, warehouse }: OpenOptions,
): Promise<ImapConnection> {
  return Promise.resolve(new ImapConnection(settings, environment, warehouse));
}
