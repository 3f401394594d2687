import { StreamMissingError } from '../engine/errors.ts';
import type { ChangeBatch, ChangesRequest, FeedConnection, SourceAccount } from '../engine/connection.ts';
import type { StreamPart } from '../engine/stream.ts';
import { deletions, KnownMessages } from '../mail/known-messages.ts';
import { mailboxChanges, type Mailbox } from '../mail/mailbox-row.ts';
import { mailStreams } from '../mail/streams.ts';
import type { Warehouse } from '../../warehouse/index.ts';
import { mailFolders, type MailFolder } from './mail-tree.ts';
import { readMaildir } from './read-maildir.ts';
import { readMbox } from './read-mbox.ts';
import type { MaildirSettings } from './settings.ts';

export interface FileMailbox extends Mailbox {
  readonly path: string;
}

/** Mail in files as the engine sees it: one part per folder of a mailbox, and one per mailbox that notices folders that are gone. */
export class MaildirConnection implements FeedConnection {
  readonly streams = mailStreams;
  readonly concurrency = 2;
  readonly account: SourceAccount;
  readonly #settings: MaildirSettings;
  readonly #mailboxes: readonly FileMailbox[];
  readonly #known: KnownMessages;
  readonly #folders = new Map<string, Promise<MailFolder[]>>();

  constructor(settings: MaildirSettings, mailboxes: readonly FileMailbox[], warehouse: Warehouse) {
    this.#settings = settings;
    this.#mailboxes = mailboxes;
    this.#known = new KnownMessages(warehouse, 'maildir', settings.name);
    this.account = {
      id: settings.name,
      name: settings.name,
      place: settings.path,
      timeZone: null,
      currency: null,
      windowsHonoured: null,
    };
  }

  now(): number {
    return Date.now() / 1_000;
  }

  async partsOf(stream: string): Promise<readonly StreamPart[]> {
    if (stream === 'mailboxes') return [{ name: 'all' }];
    const parts: StreamPart[] = [];
    for (const mailbox of this.#mailboxes) {
      this.#folders.delete(mailbox.address);
      const folders = await this.#foldersOf(mailbox);
      parts.push(...folders.map(({ name }) => ({ name: `${mailbox.address}/${name}` })));
      parts.push({ name: mailbox.address });
    }
    return parts;
  }

  async *fetchChanges(
    { stream, part, state }: ChangesRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ChangeBatch> {
    if (stream === 'mailboxes') {
      yield* mailboxChanges(this.#mailboxes, this.#settings.own_domains, state);
      return;
    }
    const [address = ''] = part.split('/', 1);
    const mailbox = this.#mailboxes.find((one) => one.address === address);
    if (!mailbox) throw new StreamMissingError(stream, `the mailbox ${address} is not configured any more`);
    const folders = await this.#foldersOf(mailbox);
    if (part === address) {
      const gone = await this.#known.outside(
        address,
        folders.map(({ name }) => name),
      );
      for (const deleted of deletions(gone)) yield { rows: [], deleted, state: {} };
      return;
    }
    const folder = folders.find(({ name }) => name === part.slice(address.length + 1));
    if (!folder) throw new StreamMissingError(stream, 'the folder is gone');
    const reading = {
      mailbox: address,
      folder,
      known: this.#known,
      subjects: this.#settings.subjects,
      state,
      signal,
    };
    yield* folder.mbox === null ? readMaildir(reading) : readMbox(reading, folder.mbox);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  #foldersOf({ address, path }: FileMailbox): Promise<MailFolder[]> {
    const known = this.#folders.get(address) ?? mailFolders(path, this.#settings.folders);
    this.#folders.set(address, known);
    return known;
  }
}
