import { z } from 'zod';
import type { ChangeBatch } from '../../engine/connection.ts';
import { LegBatch } from '../batch.ts';
import { planColumns } from '../columns.ts';
import { FormatUnknownError } from '../errors.ts';
import type { WallClock } from '../local-time.ts';
import { findFiles, type CdrFile } from './find-files.ts';
import { guessFormat, type LayoutSetting } from './layouts.ts';
import { linesOf } from './lines.ts';
import { OpenFile, PACKED } from './open-file.ts';
import { RecordReader, type ReadRecord } from './record-reader.ts';

const BATCH = 1_000;
/** So many records of a file are looked at before it is refused as something else. */
const DOUBTS = 20;
/** An unfinished last line of a file that nobody has written to for so long (ms) is as finished as it will be. */
const AT_REST = 600_000;
/** Files are remembered when they are gone: a copy may be put back. */
const REMEMBERED = 200;

const position = z.object({
  /** The hash of the first line: what the file is known by. */
  head: z.string(),
  /** Everything before this byte was read. */
  offset: z.number().int(),
  /** The hash of the bytes before it: a file that was written anew has others there. */
  tail: z.string(),
  /** The file as it was when it had been read to its end. */
  signature: z.string().optional(),
});
const stateShape = z.object({ files: z.array(position) });
type Position = z.output<typeof position>;

export interface FileReading {
  /** Master.csv or its folder. */
  readonly path: string;
  readonly layout: LayoutSetting;
  readonly clock: WallClock;
  readonly isStored: (name: string) => boolean;
  readonly onLegs: (batch: LegBatch) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Reads what Master.csv and its rotated copies have after what was read of them. A file is known by its first line, not by its name or
 * inode, so that a renamed one goes on where it was, a copy of a known one gives nothing, and a truncated one begins anew.
 *
 * Throws FileMissingError, FileUnreadableError, ColumnsMissingError (a declared layout without what a call needs) and FormatUnknownError.
 */
export async function* readFiles(reading: FileReading, kept: unknown): AsyncGenerator<ChangeBatch> {
  if (typeof reading.layout === 'object') {
    planColumns(reading.layout, { columns: {}, keep_columns: [] }, 'files.layout');
  }
  const parsed = stateShape.safeParse(kept);
  let positions: readonly Position[] = parsed.success ? parsed.data.files : [];
  for (const [head, found] of await distinct(await findFiles(reading.path), positions)) {
    const file = await OpenFile.open(found);
    try {
      const first = await file?.head();
      // Another file by now: the next sync lists anew.
      if (!file || first?.hash !== head) continue;
      const known = positions.find((one) => one.head === head);
      const offset = known && (await isAsItWas(file, known)) ? known.offset : 0;
      const records = new RecordReader(reading.layout, first.line);
      for await (const { batch, next, isEnd } of readOne(reading, found, file, records, offset)) {
        await reading.onLegs(batch);
        const tail = (await file.tail(next)) ?? '';
        const here: Position = { head, offset: next, tail, ...(isEnd && { signature: found.signature }) };
        positions = [...positions.filter((one) => one.head !== head), here].slice(-REMEMBERED);
        yield { rows: batch.rows, rejects: batch.rejects, state: { files: positions } };
      }
    } finally {
      await file?.close();
    }
  }
}

/** One file for each content, the longest: two of them are a copy under way. Files that are as they were when read are left out. */
async function distinct(
  files: readonly CdrFile[],
  positions: readonly Position[],
): Promise<ReadonlyMap<string, CdrFile>> {
  const finished = new Set(positions.flatMap(({ signature }) => signature ?? []));
  const byHead = new Map<string, CdrFile>();
  for (const found of files) {
    if (finished.has(found.signature)) continue;
    const head = await headOf(found);
    if (head === undefined) continue;
    const other = byHead.get(head);
    if (other && other.size > found.size) continue;
    byHead.delete(head);
    byHead.set(head, found);
  }
  return byHead;
}

async function headOf(found: CdrFile): Promise<string | undefined> {
  const file = await OpenFile.open(found);
  try {
    return (await file?.head())?.hash;
  } finally {
    await file?.close();
  }
}

/** Whether the bytes before the position are those that were read; if not, the file was written anew and is read from its start. */
async function isAsItWas(file: OpenFile, { offset, tail }: Position): Promise<boolean> {
  const now = await file.tail(offset);
  return now !== undefined && (now === tail || now === PACKED || tail === PACKED);
}

interface Read {
  readonly batch: LegBatch;
  /** Where the next batch begins. */
  readonly next: number;
  /** Nothing is left of the file, not even an unfinished line. */
  readonly isEnd: boolean;
}

async function* readOne(
  reading: FileReading,
  found: CdrFile,
  file: OpenFile,
  records: RecordReader,
  offset: number,
): AsyncGenerator<Read> {
  const rules = { clock: reading.clock, timeKinds: {}, isStored: reading.isStored };
  let batch = new LegBatch(rules);
  let next = offset;
  let fitting = 0;
  let misfits = 0;
  const take = (items: readonly ReadRecord[]): void => {
    for (const item of items) {
      next = offset + item.next;
      if ('record' in item) {
        fitting += 1;
        batch.add(item.record, item.text);
      } else if ('reason' in item) {
        misfits += 1;
        batch.reject(item.reason, item.text);
      }
    }
  };
  const refuseForeign = (): void => {
    if (offset > 0 || fitting > 0 || misfits === 0) return;
    throw new FormatUnknownError(file.path, records.lastMisfit.length, guessFormat(records.lastMisfit));
  };
  const isAtRest = Date.now() - found.modifiedAt > AT_REST;
  let isUnfinished = false;
  for await (const line of linesOf(file.content(offset))) {
    reading.signal.throwIfAborted();
    if (!line.isEnded && !isAtRest) {
      isUnfinished = true;
      break;
    }
    take(records.add(line));
    if (misfits >= DOUBTS) refuseForeign();
    if (batch.size < BATCH) continue;
    yield { batch, next, isEnd: false };
    batch = new LegBatch(rules);
  }
  if (isAtRest) take(records.flush());
  refuseForeign();
  yield { batch, next, isEnd: !isUnfinished && !records.isOpen };
}
