import { crashPoint } from '../../crash-points.ts';
import { land } from '../../warehouse/index.ts';
import type { AdvanceOptions, Counts } from './advance.ts';
import { partCursor, type StreamCursor } from './cursor.ts';
import { IncompleteReadError, SweepRefusedError } from './errors.ts';
import { readRows, type ReadRows } from './page-rows.ts';
import { knownIds, tombstone } from './raw-rows.ts';
import type { SourceSession } from './session.ts';
import type { StreamPart, StreamSpec } from './stream.ts';

/** Lists that move while they are read are read again this often. */
const ATTEMPTS = 3;
/** So few rows may always disappear, whatever share of a small dimension they are. */
const ALWAYS_ALLOWED = 3;

/**
 * Reads a small stream whole and marks what is absent as deleted. Only a complete read counts as proof of absence; an empty one never
 * does, and neither does one that lacks more than the configured share.
 */
export async function readWhole(
  session: SourceSession,
  spec: StreamSpec,
  cursor: StreamCursor,
  counts: Counts,
  options: AdvanceOptions,
): Promise<boolean> {
  const startedAt = Date.now();
  const isDone = ({ name }: StreamPart): boolean => {
    const completedAt = cursor.parts[name]?.completedAt;
    return options.until !== undefined && completedAt != null && completedAt >= options.until.getTime();
  };
  if (spec.parts.every(isDone)) return true;

  const signal = options.signal ? AbortSignal.any([session.signal, options.signal]) : session.signal;
  const read: ReadRows[] = [];
  for (const part of spec.parts) {
    read.push(await readList(session, spec, part, counts, signal));
    partCursor(cursor, part.name).completedAt = startedAt;
  }
  crashPoint('list.read');
  delete cursor.missing;
  const landing = read.flatMap((rows) => rows.landing);
  const rejects = read.flatMap((rows) => rows.rejects);
  const key = { source: session.type, account: session.account.id, stream: spec.name };
  const known = await knownIds(session.warehouse, key);
  const present = new Set([...landing.map(({ id }) => id), ...rejects.flatMap(({ id }) => id ?? [])]);
  const gone = spec.deletions === 'sweep' ? known.filter((id) => !present.has(id)) : [];
  const isTooMuch =
    gone.length > 0 &&
    (present.size === 0 ||
      gone.length > Math.max(ALWAYS_ALLOWED, known.length * session.settings.maxDeletedShare));

  const landed = await land(session.warehouse, {
    ...key,
    rows: [...landing, ...(isTooMuch ? [] : gone.map((id) => tombstone(id, null, new Date())))],
    rejects,
    cursor,
  });
  counts.inserted += landed.inserted;
  counts.updated += landed.updated;
  counts.rejected += landed.rejected;
  if (isTooMuch) {
    throw new SweepRefusedError(spec.name, gone.length, known.length, session.settings.maxDeletedShare);
  }
  return true;
}

async function readList(
  session: SourceSession,
  spec: StreamSpec,
  part: StreamPart,
  counts: Counts,
  signal: AbortSignal,
): Promise<ReadRows> {
  for (let attempt = 1; ; attempt += 1) {
    const all = { landing: [], rejects: [], news: [], values: [] } as {
      -readonly [K in keyof ReadRows]: ReadRows[K][number][];
    };
    let count = 0;
    let total: number | undefined;
    for (let page = 1; ; page += 1) {
      const answer = await session.connection.fetchPage(
        { stream: spec.name, part: part.name, order: 'by-id', page, limit: spec.pageSize },
        signal,
      );
      const rows = readRows(spec, part, answer.rows);
      all.landing.push(...rows.landing);
      all.rejects.push(...rows.rejects);
      counts.pages += 1;
      count += answer.rows.length;
      total ??= answer.total;
      session.onProgress?.({
        stream: spec.name,
        pages: counts.pages,
        rows: counts.rows + count,
        expectedRows: total ?? null,
      });
      if (answer.rows.length === 0 || (!answer.hasNext && answer.rows.length < spec.pageSize)) break;
    }
    if (total === undefined || count >= total) {
      counts.rows += count;
      return all;
    }
    if (attempt === ATTEMPTS) throw new IncompleteReadError(spec.name, count, total);
  }
}
