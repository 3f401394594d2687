import type { RawRow } from './connection.ts';
import type { ListSession } from './session.ts';

/** Rows asked for by themselves before the others are: when most of them are there, the list was cut short. */
const SAMPLE = 8;
/** Rows asked for by themselves in one go; the others stay as they are until the next one. */
const MOST = 500;

export interface Absence {
  /** The source was asked for each of these and does not have it. */
  readonly gone: readonly string[];
  /** Absent from the list and there all the same, as they are now. */
  readonly found: readonly RawRow[];
  /** The list was short: its absences prove nothing. */
  readonly isShort: boolean;
}

/**
 * Asks for rows that a list lacks, each by itself. A list may end early, skip a row that moved up while it was paged, or come from a
 * replica that lags; a row that is asked for by its id is there or not. First a sample from end to end (a list that was cut off lacks
 * its end), so that a short list costs eight requests; the sample alone, where nothing is going to be marked whatever it says.
 */
export async function confirmAbsence(
  session: ListSession,
  stream: string,
  absent: readonly string[],
  { signal, isSampleEnough = false }: { readonly signal: AbortSignal; readonly isSampleEnough?: boolean },
): Promise<Absence> {
  const step = Math.max(1, (absent.length - 1) / (SAMPLE - 1));
  const sampled = new Set(
    Array.from(
      { length: Math.min(SAMPLE, absent.length) },
      (_, place) => absent[Math.round(place * step)] ?? '',
    ),
  );
  const sample = await askEach(session, stream, [...sampled], signal);
  // Some absences may be real and some a row that moved: only a sample that is mostly there speaks against the list.
  if (sample.found.length > 0 && (sample.found.length > sample.gone.length || absent.length > MOST)) {
    return { ...sample, isShort: true };
  }
  if (isSampleEnough) return { ...sample, isShort: false };
  const rest = absent.filter((id) => !sampled.has(id)).slice(0, MOST - sampled.size);
  const others = await askEach(session, stream, rest, signal);
  return {
    gone: [...sample.gone, ...others.gone],
    found: [...sample.found, ...others.found],
    isShort: false,
  };
}

async function askEach(
  { connection }: ListSession,
  stream: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<{ gone: string[]; found: RawRow[] }> {
  const gone: string[] = [];
  const found: RawRow[] = [];
  const waiting = [...ids];
  const worker = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const row = await connection.fetchOne(stream, id, signal);
      if (row) found.push(row);
      else gone.push(id);
    }
  };
  await Promise.all(Array.from({ length: Math.min(connection.concurrency, ids.length) }, worker));
  return { gone, found };
}
