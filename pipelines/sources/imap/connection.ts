import { StreamMissingError } from '../engine/errors.ts';
import type { ChangeBatch, ChangesRequest, FeedConnection, SourceAccount } from '../engine/connection.ts';
import type { StreamPart } from '../engine/stream.ts';
import { deletions, KnownMessages } from '../mail/known-messages.ts';
import { mailboxChanges } from '../mail/mailbox-row.ts';
import { mailStreams } from '../mail/streams.ts';
import type { Warehouse } from '../../warehouse/index.ts';
import { MailboxClient, type ServerFolder } from './mailbox-client.ts';
import { readFolder } from './read-folder.ts';
import type { ImapSettings } from './settings.ts';

/** Mailboxes as the engine sees them: one part per folder, and one per mailbox that notices folders that are gone. */
export class ImapConnection implements FeedConnection {
  readonly streams = mailStreams;
  readonly concurrency: number;
  readonly account: SourceAccount;
  readonly #settings: ImapSettings;
  readonly #clients: ReadonlyMap<string, MailboxClient>;
  readonly #known: KnownMessages;
  readonly #folders = new Map<string, readonly ServerFolder[]>();

  constructor(settings: ImapSettings, environment: NodeJS.ProcessEnv, warehouse: Warehouse) {
    this.#settings = settings;
    this.concurrency = settings.connections;
    this.#known = new KnownMessages(warehouse, 'imap', settings.name);
    this.#clients = new Map(
      settings.mailboxes.map((one) => [one.address, new MailboxClient(settings, one, environment)]),
    );
    this.account = {
      id: settings.name,
      name: settings.name,
      place: settings.host,
      timeZone: null,
      currency: null,
      windowsHonoured: null,
    };
  }

  now(): number {
    return Date.now() / 1_000;
  }

  /** A mailbox that cannot be opened has its own part only, which says why when it is read: it holds up no other. */
  async partsOf(stream: string): Promise<readonly StreamPart[]> {
    if (stream === 'mailboxes') return [{ name: 'all' }];
    const waiting = [...this.#clients.entries()];
    const listed = new Map<string, StreamPart[]>();
    const worker = async (): Promise<void> => {
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [address, client] = next;
        this.#folders.delete(address);
        const folders = await this.#foldersOf(client).catch(() => []);
        listed.set(address, [
          { name: address },
          ...folders.map(({ path }) => ({ name: `${address}/${path}` })),
        ]);
      }
    };
    await Promise.all(Array.from({ length: this.concurrency }, worker));
    // Side by side in the list are different mailboxes, so that several connections are at work.
    const lists = [...this.#clients.keys()].map((address) => listed.get(address) ?? []);
    const longest = Math.max(...lists.map(({ length }) => length));
    return Array.from({ length: longest }, (_, place) => lists.flatMap((list) => list[place] ?? [])).flat();
  }

  async *fetchChanges(
    { stream, part, state }: ChangesRequest,
    signal: AbortSignal,
  ): AsyncGenerator<ChangeBatch> {
    if (stream === 'mailboxes') {
      yield* mailboxChanges(this.#settings.mailboxes, this.#settings.own_domains, state);
      return;
    }
    const [address = ''] = part.split('/', 1);
    const client = this.#clients.get(address);
    if (!client) throw new StreamMissingError(stream, `the mailbox ${address} is not configured any more`);
    const release = await client.exclusively();
    const abort = (): void => client.abort();
    signal.addEventListener('abort', abort);
    try {
      signal.throwIfAborted();
      const folders = await this.#foldersOf(client);
      if (part === address) {
        yield* this.#goneFolders(address, folders);
        return;
      }
      const folder = folders.find(({ path }) => path === part.slice(address.length + 1));
      if (!folder) throw new StreamMissingError(stream, 'the folder is gone');
      const { history_from: since } = this.#settings;
      yield* readFolder({
        client,
        folder,
        known: this.#known,
        subjects: this.#settings.subjects,
        since: since === undefined ? undefined : new Date(since),
        state,
        signal,
      });
    } finally {
      signal.removeEventListener('abort', abort);
      release();
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#clients.values()].map((client) => client.close()));
  }

  async *#goneFolders(address: string, folders: readonly ServerFolder[]): AsyncGenerator<ChangeBatch> {
    // Every mailbox has an INBOX (RFC 3501, 5.1), or a folder of everything: without one the list is not believed.
    if (!folders.some(({ role }) => role === 'inbox' || role === 'all')) return;
    const paths = folders.map(({ path }) => path);
    for (const deleted of deletions(await this.#known.outside(address, paths))) {
      yield { rows: [], deleted, state: {} };
    }
  }

  async #foldersOf(client: MailboxClient): Promise<readonly ServerFolder[]> {
    const known = this.#folders.get(client.mailbox.address);
    if (known) return known;
    const folders = await client.folders();
    this.#folders.set(client.mailbox.address, folders);
    return folders;
  }
}
