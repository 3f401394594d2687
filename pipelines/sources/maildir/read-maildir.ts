import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { ChangeBatch, RawRow } from '../engine/connection.ts';
import { readHeaders } from '../mail/header-block.ts';
import { deletions, type KnownMessages } from '../mail/known-messages.ts';
import { messageRow } from '../mail/message-row.ts';
import { readName, type MessageName } from './file-names.ts';
import { isMessageName, type MailFolder } from './mail-tree.ts';
import { readMessageFile } from './read-message-file.ts';

export interface FolderReading {
  readonly mailbox: string;
  readonly folder: MailFolder;
  readonly known: KnownMessages;
  readonly subjects: boolean;
  readonly state: unknown;
  readonly signal: AbortSignal;
}

/** When the directories were last written; while that stays, nothing came, went or changed its flags. */
const stateShape = z.object({ written: z.record(z.string(), z.number()) });

/** A directory written within this time may be written again without its time showing it. */
const SETTLED_MS = 2_000;
const BATCH = 500;
const FILES_AT_ONCE = 16;

/** The changes of a folder with a file per message, found by comparing its names with what the warehouse knows. */
export async function* readMaildir(reading: FolderReading): AsyncGenerator<ChangeBatch> {
  const { mailbox, folder, known, state, signal } = reading;
  const before = stateShape.safeParse(state).data?.written;
  const startedAt = Date.now();
  const written = await timesOf(folder.directories);
  const isSettled = Object.values(written).every((time) => time < startedAt - SETTLED_MS);
  if (before && isSettled && JSON.stringify(before) === JSON.stringify(written)) return;

  const there = new Map<string, MessageName & { readonly path: string }>();
  for (const directory of folder.directories) {
    for (const entry of await readdir(directory, { withFileTypes: true })) {
      const path = join(directory, entry.name);
      if (!entry.isFile() || !isMessageName(entry.name) || folder.others.includes(path)) continue;
      const parts = readName(entry.name);
      there.set(`${mailbox}/${folder.name}/${parts.unique}`, { ...parts, path });
    }
  }
  const gone: string[] = [];
  for (const { id, isAnswered, isDraft } of await known.inFolder(mailbox, folder.name)) {
    const file = there.get(id);
    if (!file) gone.push(id);
    else if (file.isAnswered === isAnswered && file.isDraft === isDraft) there.delete(id);
  }
  const changed = [...there];
  const expectedRows = changed.length + gone.length;
  for (let from = 0; from < changed.length; from += BATCH) {
    const batch: { rows: RawRow[]; rejects: Reject[] } = { rows: [], rejects: [] };
    for (let at = from; at < Math.min(from + BATCH, changed.length); at += FILES_AT_ONCE) {
      signal.throwIfAborted();
      const files = changed.slice(at, Math.min(at + FILES_AT_ONCE, from + BATCH));
      const read = await Promise.all(files.map(([id, file]) => readFileOf(reading, id, file)));
      batch.rows.push(...read.flatMap(({ row }) => row ?? []));
      batch.rejects.push(...read.flatMap(({ reject }) => reject ?? []));
    }
    // The state comes with the last batch: until then the comparison above finds what is left.
    yield { ...batch, state: null, expectedRows };
  }
  for (const deleted of deletions(gone)) yield { rows: [], deleted, state: null, expectedRows };
  yield { rows: [], state: { written: isSettled ? written : {} } };
}

interface Reject {
  readonly id: string;
  readonly reason: string;
  readonly payload: string;
}

async function readFileOf(
  { mailbox, folder, subjects }: FolderReading,
  id: string,
  file: MessageName & { readonly path: string },
): Promise<{ row?: RawRow; reject?: Reject }> {
  const message = await readMessageFile(file.path);
  if (!message) return {};
  const refuse = (reason: string) => ({
    reject: { id, reason, payload: JSON.stringify({ file: file.path }) },
  });
  if (!message.headers) return refuse('the headers are larger than 2 MiB');
  const headers = await readHeaders(message.headers).catch((error: unknown) => String(error));
  if (typeof headers === 'string') return refuse(`the headers cannot be read: ${headers}`);
  if (!headers.has('from') && !headers.has('date') && !headers.has('message-id')) {
    return refuse('the file has neither From nor Date nor Message-ID: it is no message');
  }
  const copy = {
    id,
    mailbox,
    folder: folder.name,
    role: folder.role,
    storedAt: file.storedAt,
    size: message.size,
    isAnswered: file.isAnswered,
    isDraft: file.isDraft,
  };
  return { row: messageRow(copy, headers, message.structure, { subjects }) };
}

async function timesOf(directories: readonly string[]): Promise<Record<string, number>> {
  const times = await Promise.all(
    directories.map(async (path) => [path, (await stat(path)).mtimeMs] as const),
  );
  return Object.fromEntries(times);
}
