import { crashPoint } from '../../crash-points.ts';
import { land } from '../../warehouse/index.ts';
import type { AdvanceOptions, Counts } from './advance.ts';
import { confirmAbsence } from './absence.ts';
import { partCursor, type StreamCursor } from './cursor.ts';
import { driftOfDefinitions } from './definitions.ts';
import { noteDrift } from './drift.ts';
import { IncompleteReadError, StreamMissingError, SweepRefusedError } from './errors.ts';
import { readRows, type ReadRows } from './page-rows.ts';
import { knownIds, tombstone } from './raw-rows.ts';
import type { ListSession } from './session.ts';
import type { Row, StreamPart, StreamSpec } from './stream.ts';

/** Lists that move while they are read are read again this often. */
const ATTEMPTS = 3;
/** So few rows may always disappear, whatever share of a small dimension they are. */
const ALWAYS_ALLOWED = 3;

/**
 * Reads a small stream whole and marks what is absent as deleted. Only a complete read counts as proof of absence; an empty one never
 * does, and neither does one that lacks more than the configured share. Where the declaration says so, each absent row is asked for by
 * itself first, and what is there after all lands.
 */
export async function readWhole(
  session: ListSession,
  spec: StreamSpec,
  cursor: StreamCursor,
  counts: Counts,
  options: AdvanceOptions,
): Promise<boolean> {
  const startedAt = Date.now();
  if (isFresh(spec, cursor, options, startedAt)) return true;
  const { warehouse, connection } = session;
  const signal = options.signal ? AbortSignal.any([session.signal, options.signal]) : session.signal;
  const isFirst = spec.parts.every(({ name }) => cursor.parts[name]?.completedAt == null);
  const listed = spec.hasListedParts ? await connection.partsOf?.(spec.name, signal) : undefined;
  const read: ReadRows[] = [];
  const skipped = new Set<string>();
  for (const part of listed ?? spec.parts) {
    try {
      read.push(await readList(session, spec, part, counts, signal));
    } catch (error) {
      if (!part.isOptional || !(error instanceof StreamMissingError)) throw error;
      skipped.add(part.name);
    }
  }
  crashPoint('list.read');
  const key = { source: session.type, account: session.account.id, stream: spec.name };
  const known = await knownIds(warehouse, key);
  const here = present(read);
  const isTooMany = ({ length }: readonly string[]): boolean =>
    length > Math.max(ALWAYS_ALLOWED, known.length * session.settings.maxDeletedShare);
  let gone =
    spec.deletions === 'sweep' || spec.deletions === 'departure'
      ? known.filter((id) => !here.has(id) && !skipped.has(id.split(':')[0] ?? ''))
      : [];
  let isRefused = gone.length > 0 && (here.size === 0 || isTooMany(gone));
  if (spec.confirmsAbsence && gone.length > 0) {
    const isSuspect = spec.deletions === 'sweep' && isTooMany(gone);
    const absence = await confirmAbsence(session, spec.name, gone, { signal, isSampleEnough: isSuspect });
    for (const row of absence.found) read.push(readRows(spec, partOfRow(spec, row.value), [row]));
    isRefused = isSuspect && !absence.isShort;
    if (!isRefused) gone = absence.isShort ? [] : [...absence.gone];
  }
  // A refused read is not done: the next sync reads again, and marks when it was allowed to.
  if (!isRefused) for (const { name } of spec.parts) partCursor(cursor, name).completedAt = startedAt;
  delete cursor.missing;
  const landing = read.flatMap((rows) => rows.landing);
  await noteDrift(warehouse.pool, key, [
    ...read.flatMap((rows) => rows.drift),
    ...(await driftOfDefinitions(session, spec, landing, isFirst)),
  ]);
  const landed = await land(warehouse, {
    ...key,
    rows: [...landing, ...(isRefused ? [] : gone.map((id) => tombstone(id, null, new Date())))],
    rejects: read.flatMap((rows) => rows.rejects),
    cursor,
  });
  counts.inserted += landed.inserted;
  counts.updated += landed.updated;
  counts.rejected += landed.rejected;
  if (isRefused) {
    throw new SweepRefusedError(spec.name, gone.length, known.length, session.settings.maxDeletedShare);
  }
  return true;
}

function isFresh(spec: StreamSpec, cursor: StreamCursor, options: AdvanceOptions, now: number): boolean {
  const { until } = options;
  const isNewEnough = (completedAt: number): boolean =>
    (until !== undefined && completedAt >= until.getTime()) ||
    (spec.refreshSeconds !== undefined && completedAt > now - spec.refreshSeconds * 1_000);
  return spec.parts.every(({ name }) => {
    const completedAt = cursor.parts[name]?.completedAt;
    return completedAt != null && isNewEnough(completedAt);
  });
}

function present(read: readonly ReadRows[]): Set<string> {
  return new Set(
    read.flatMap(({ landing, rejects }) => [
      ...landing.map(({ id }) => id),
      ...rejects.flatMap(({ id }) => id ?? []),
    ]),
  );
}

function partOfRow(spec: StreamSpec, value: unknown): StreamPart {
  const row = (typeof value === 'object' && value !== null ? value : {}) as Row;
  return { name: spec.partOf?.(row) ?? spec.parts[0]?.name ?? 'all' };
}

async function readList(
  session: ListSession,
  spec: StreamSpec,
  part: StreamPart,
  counts: Counts,
  signal: AbortSignal,
): Promise<ReadRows> {
  for (let attempt = 1; ; attempt += 1) {
    const all = { landing: [], rejects: [], news: [], values: [], drift: [] } as {
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
      all.drift.push(...rows.drift);
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
