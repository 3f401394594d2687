import type { FetchMessageObject, MessageStructureObject } from 'imapflow';
import type { ChangeBatch, RawRow } from '../engine/connection.ts';
import { readHeaders } from '../mail/header-block.ts';
import { deletions, type KnownMessages } from '../mail/known-messages.ts';
import { messageRow } from '../mail/message-row.ts';
import { structureOf, type MailPart } from '../mail/structure.ts';
import { parseFolderState, type FolderState } from './folder-state.ts';
import { isTooLarge, type MailboxClient, type OpenFolder, type ServerFolder } from './mailbox-client.ts';

/** Headers of 500 messages are about a megabyte. A chunk is fetched whole before it is landed, so nothing waits on the server. */
const CHUNK = 500;

export interface FolderReading {
  readonly client: MailboxClient;
  readonly folder: ServerFolder;
  readonly known: KnownMessages;
  readonly subjects: boolean;
  readonly since: Date | undefined;
  readonly state: unknown;
  readonly signal: AbortSignal;
}

type MutableBatch = { rows: RawRow[]; rejects: { id: string; reason: string; payload: string }[] };

/**
 * The changes of a folder: new messages by UID, changed flags by modseq, removals by what the server says vanished or, when its count
 * does not agree with what is known, by comparing UIDs. Under another UIDVALIDITY all is read anew and the old numbers are gone.
 */
export async function* readFolder(reading: FolderReading): AsyncGenerator<ChangeBatch> {
  const { client, folder } = reading;
  const before = parseFolderState(reading.state);
  const canAsk = before?.modseq != null && before.exists !== null;
  const open = await client.open(
    folder.path,
    canAsk ? { uidValidity: before.uidValidity, modseq: BigInt(before.modseq ?? 0) } : undefined,
  );
  const goesOn = before?.uidValidity === open.uidValidity;
  if (goesOn && isUnchanged(before, open)) return;
  const base: FolderState = goesOn
    ? before
    : // The count of now, not of the end: what changes during a long first reading is asked for afterwards.
      { uidValidity: open.uidValidity, uidNext: 1, modseq: textOf(open.modseq), exists: null };
  const steps = new FolderSteps(reading, open);
  yield* steps.newMessages(base);
  if (base.modseq !== null && open.modseq !== null && goesOn) yield* steps.changedFlags(base);
  yield* steps.removals(base);
  const end = {
    ...base,
    uidNext: Math.max(open.uidNext, base.uidNext, steps.lastRead + 1),
    exists: open.exists,
  };
  yield {
    rows: [],
    state: { ...end, modseq: goesOn || base.modseq === null ? textOf(open.modseq) : base.modseq },
  };
}

/** A message that came and one that went leave the count as it was, but not UIDNEXT. */
function isUnchanged(before: FolderState, open: OpenFolder): boolean {
  return (
    before.exists === open.exists &&
    before.uidNext === open.uidNext &&
    before.modseq === textOf(open.modseq) &&
    (open.vanished?.length ?? 0) === 0
  );
}

class FolderSteps {
  readonly #reading: FolderReading;
  readonly #open: OpenFolder;
  readonly #prefix: string;
  #uids: readonly number[] | undefined;
  /** For servers that do not say which UID comes next. */
  lastRead = 0;

  constructor(reading: FolderReading, open: OpenFolder) {
    this.#reading = reading;
    this.#open = open;
    this.#prefix = `${reading.client.mailbox.address}/${reading.folder.path}/${open.uidValidity}/`;
  }

  async *newMessages(base: FolderState): AsyncGenerator<ChangeBatch> {
    if (base.uidNext >= this.#open.uidNext && this.#open.uidNext > 0) return;
    const uids = (await this.#listed()).filter((uid) => uid >= base.uidNext);
    yield* this.#inChunks(uids, (last) => ({ ...base, uidNext: last + 1 }));
  }

  async *changedFlags(base: FolderState): AsyncGenerator<ChangeBatch> {
    if (base.modseq === textOf(this.#open.modseq)) return;
    const changed = await this.#reading.client.changedSince(BigInt(base.modseq ?? 0));
    const known = await this.#reading.known.among(changed.map((uid) => this.#idOf(uid)));
    const isKnown = new Set(known);
    // Only after the last one is the modseq kept: a break-off asks for all of them again.
    yield* this.#inChunks(
      changed.filter((uid) => uid < base.uidNext && isKnown.has(this.#idOf(uid))),
      () => ({ ...base, uidNext: Math.max(base.uidNext, this.#open.uidNext) }),
    );
  }

  async *removals(base: FolderState): AsyncGenerator<ChangeBatch> {
    const { client, known, folder } = this.#reading;
    const state = { ...base, uidNext: Math.max(base.uidNext, this.#open.uidNext) };
    const { vanished } = this.#open;
    if (vanished !== null && vanished.length > 0) {
      // Servers may name more than ever was (RFC 7162, 3.2.5.2).
      const gone = await known.among(vanished.map((uid) => this.#idOf(uid)));
      for (const deleted of deletions(gone)) yield { rows: [], deleted, state };
    }
    const { address } = client.mailbox;
    if (
      this.#reading.since === undefined &&
      (await known.count(address, folder.path)) === this.#open.exists
    ) {
      return;
    }
    const live = (await known.inFolder(address, folder.path)).map(({ id }) => id);
    const there = new Set((await this.#listed()).map((uid) => this.#idOf(uid)));
    const gone = live.filter((id) => !there.has(id));
    for (const deleted of deletions(gone)) yield { rows: [], deleted, state };
    // Believed to be gone, or left out, and there after all.
    const isLive = new Set(live);
    const missing = (await this.#listed()).filter(
      (uid) => uid < this.#open.uidNext && !isLive.has(this.#idOf(uid)),
    );
    yield* this.#inChunks(missing, () => state);
  }

  async #listed(): Promise<readonly number[]> {
    this.#uids ??= await this.#reading.client.uids(this.#reading.since);
    return this.#uids;
  }

  async *#inChunks(
    uids: readonly number[],
    stateAfter: (last: number) => FolderState,
  ): AsyncGenerator<ChangeBatch> {
    for (let from = 0; from < uids.length; from += CHUNK) {
      this.#reading.signal.throwIfAborted();
      const chunk = uids.slice(from, from + CHUNK);
      const batch: MutableBatch = { rows: [], rejects: [] };
      await this.#fetch(chunk, batch);
      this.lastRead = Math.max(this.lastRead, chunk.at(-1) ?? 0);
      yield { ...batch, state: stateAfter(chunk.at(-1) ?? 0), expectedRows: uids.length };
    }
  }

  /** A message whose headers pass the limit ends the connection: it is found by halving, and set aside. */
  async #fetch(uids: readonly number[], batch: MutableBatch): Promise<void> {
    const { client, folder } = this.#reading;
    try {
      for (const message of await client.fetch(uids)) await this.#add(message, batch);
    } catch (error) {
      if (!isTooLarge(error)) throw error;
      const [uid] = uids;
      if (uids.length === 1 && uid !== undefined) {
        batch.rejects.push({ id: this.#idOf(uid), reason: 'the headers are too large', payload: '{}' });
      }
      await client.open(folder.path);
      if (uids.length === 1) return;
      const middle = Math.ceil(uids.length / 2);
      await this.#fetch(uids.slice(0, middle), batch);
      await this.#fetch(uids.slice(middle), batch);
    }
  }

  async #add(message: FetchMessageObject, { rows, rejects }: MutableBatch): Promise<void> {
    const { client, folder, subjects } = this.#reading;
    const stored = new Date(message.internalDate ?? Number.NaN);
    const copy = {
      id: this.#idOf(message.uid),
      mailbox: client.mailbox.address,
      folder: folder.path,
      role: folder.role,
      storedAt: Number.isNaN(stored.getTime()) ? null : stored.toISOString(),
      size: message.size ?? 0,
      isAnswered: message.flags?.has('\\Answered') ?? false,
      isDraft: message.flags?.has('\\Draft') ?? false,
    };
    const headers = await readHeaders(message.headers ?? Buffer.alloc(0)).catch((error: unknown) =>
      String(error),
    );
    if (typeof headers === 'string') {
      rejects.push({ id: copy.id, reason: `the headers cannot be read: ${headers}`, payload: '{}' });
      return;
    }
    rows.push(messageRow(copy, headers, structureOf(partsOf(message.bodyStructure)), { subjects }));
  }

  #idOf(uid: number): string {
    return `${this.#prefix}${uid}`;
  }
}

function partsOf(node: MessageStructureObject | undefined): MailPart[] {
  if (!node) return [];
  const parameters = node.parameters ?? {};
  const part: MailPart = {
    type: node.type.toLowerCase(),
    parameters,
    disposition: node.disposition?.toLowerCase() ?? null,
    hasFilename: 'name' in parameters || 'filename' in (node.dispositionParameters ?? {}),
    size: node.size ?? 0,
  };
  // An attached message is one attachment, whatever it holds.
  const children = part.type === 'message/rfc822' ? [] : (node.childNodes ?? []);
  return [part, ...children.flatMap(partsOf)];
}

function textOf(modseq: bigint | null): string | null {
  return modseq === null ? null : modseq.toString();
}
