import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { z } from 'zod';
import type { ChangeBatch, RawRow } from '../engine/connection.ts';
import { readHeaders } from '../mail/header-block.ts';
import { deletions } from '../mail/known-messages.ts';
import { mailDate } from '../mail/mail-date.ts';
import { messageRow } from '../mail/message-row.ts';
import { LineSplitter } from './line-splitter.ts';
import { MessageScanner, type ScannedMessage } from './message-scanner.ts';
import type { FolderReading } from './read-maildir.ts';

/** How far the file was read, and a digest of the bytes before that place: while they stand, the file has only grown. */
const stateShape = z.object({
  offset: z.number().int().nonnegative(),
  tail: z.string(),
  written: z.number(),
});

type MboxState = z.output<typeof stateShape>;

/** `From address asctime`: the line that begins a message, when the line before it is empty (RFC 4155). */
const SEPARATOR = /^From \S.* (?:\d{1,2}:){1,2}\d{2}.*\d{4}/;
const BATCH = 500;
const TAIL_BYTES = 1_024;

interface FoundMessage extends ScannedMessage {
  readonly storedAt: string | null;
  /** Where the message after it begins. */
  readonly next: number;
}

/**
 * The changes of an mbox file. One that has only grown is read from where it ended; one that was rewritten (a program removed messages)
 * is read whole, and what is missing is gone. The file is streamed: one batch of headers is in memory, never a body.
 */
export async function* readMbox(reading: FolderReading, path: string): AsyncGenerator<ChangeBatch> {
  const { mailbox, folder, known } = reading;
  const { size, mtimeMs } = await stat(path);
  const before = stateShape.safeParse(reading.state).data;
  if (before?.offset === size && before.written === mtimeMs) return;

  const prefix = `${mailbox}/${folder.name}/`;
  const live = (await known.inFolder(mailbox, folder.name)).map(({ id }) => id);
  const goesOn = before !== undefined && (await hasGrown(path, before, size));
  // A first read that was interrupted goes on; a rewritten file is read from its start in one go.
  const isRewritten = !goesOn && live.length > 0;
  const seen = new Set(goesOn ? live : []);
  const add = async (found: readonly FoundMessage[], batch: MutableBatch): Promise<void> => {
    for (const message of found) await addMessage(reading, message, prefix, seen, batch);
  };
  let batch: MutableBatch = { rows: [], rejects: [] };
  let offset = goesOn ? before.offset : 0;
  for await (const found of messagesOf(path, offset)) {
    reading.signal.throwIfAborted();
    await add(found, batch);
    offset = found.at(-1)?.next ?? offset;
    if (batch.rows.length + batch.rejects.length < BATCH) continue;
    yield { ...batch, state: isRewritten ? null : await stateAt(path, offset, 0) };
    batch = { rows: [], rejects: [] };
  }
  const gone = isRewritten ? live.filter((id) => !seen.has(id)) : [];
  for (const deleted of deletions(gone)) yield { rows: [], deleted, state: null };
  yield { ...batch, state: await stateAt(path, offset, mtimeMs) };
}

interface MutableBatch {
  rows: RawRow[];
  rejects: { id: string | null; reason: string; payload: string }[];
}

async function addMessage(
  { mailbox, folder, subjects }: FolderReading,
  message: FoundMessage,
  prefix: string,
  seen: Set<string>,
  { rows, rejects }: MutableBatch,
): Promise<void> {
  if (!message.headers) {
    const reason = 'the headers are larger than 2 MiB';
    rejects.push({
      id: null,
      reason,
      payload: JSON.stringify({ folder: folder.name, before: message.next }),
    });
    return;
  }
  const headers = await readHeaders(message.headers);
  const status = `${headers.first('status') ?? ''}${headers.first('x-status') ?? ''}`;
  const copy = {
    id: '',
    mailbox,
    folder: folder.name,
    role: folder.role,
    storedAt: message.storedAt,
    size: message.size,
    isAnswered: status.includes('A'),
    isDraft: status.includes('T'),
  };
  const { value } = messageRow(copy, headers, message.structure, { subjects });
  const row = value as Record<string, unknown>;
  // Offsets move when a message before is removed: the message names itself, and its repetitions are numbered.
  const own = `${prefix}${String(row['message_key'])}`;
  let id = own;
  for (let repetition = 2; seen.has(id); repetition += 1) id = `${own}#${repetition}`;
  seen.add(id);
  const named = { ...row, id };
  rows.push({ text: JSON.stringify(named), value: named });
}

/** Messages from an offset on, as many at once as a chunk of the file completes. */
async function* messagesOf(path: string, from: number): AsyncGenerator<FoundMessage[]> {
  let found: FoundMessage[] = [];
  let scanner: MessageScanner | undefined;
  let storedAt: string | null = null;
  let isAfterBlank = true;
  let position = from;
  const finish = (): void => {
    if (scanner) found.push({ ...scanner.finish(), storedAt, next: position });
  };
  const splitter = new LineSplitter((line, length, start) => {
    if (isAfterBlank && line[0] === 0x46 && line.length < 1_000) {
      const text = line.toString('latin1');
      if (SEPARATOR.test(text)) {
        position = start;
        finish();
        scanner = new MessageScanner();
        storedAt = mailDate(/^From \S+\s+(.*)$/.exec(text)?.[1]);
        isAfterBlank = false;
        return;
      }
    }
    isAfterBlank = line.length === 0;
    scanner?.line(line, length);
    position = start + length;
  }, from);
  for await (const chunk of createReadStream(path, { start: from, highWaterMark: 256 * 1024 })) {
    splitter.push(chunk as Buffer);
    if (found.length === 0) continue;
    yield found;
    found = [];
  }
  splitter.end();
  finish();
  if (found.length > 0) yield found;
}

/** True when what was read still stands in front of the offset, and a message begins there if anything does. */
async function hasGrown(path: string, { offset, tail }: MboxState, size: number): Promise<boolean> {
  if (size < offset) return false;
  const state = await stateAt(path, offset, 0);
  if (state.tail !== tail) return false;
  return size === offset || (await bytesAt(path, offset, 5)).toString('latin1') === 'From ';
}

async function stateAt(path: string, offset: number, written: number): Promise<MboxState> {
  const start = Math.max(0, offset - TAIL_BYTES);
  const bytes = await bytesAt(path, start, offset - start);
  return { offset, tail: createHash('sha256').update(bytes).digest('hex').slice(0, 32), written };
}

async function bytesAt(path: string, start: number, length: number): Promise<Buffer> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, start);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
