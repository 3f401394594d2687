import { parseCursor } from '../sources/engine/cursor.ts';

export interface CursorText {
  /** When everything the source had was last read; null before the first round is through. */
  readonly completeAt: Date | null;
  /** How far in the source's own order, for the column "newest record". */
  readonly position: string;
  /** Why the credentials cannot see the stream. */
  readonly missing: string | undefined;
  /** Lists of the stream that cannot be seen, each with the reason; the others are read. */
  readonly missingParts: readonly string[];
}

/** A stored cursor in a person's terms. A stream of several lists is as far as the one furthest behind. */
export function describeCursor(stream: string, stored: unknown): CursorText {
  const { parts: byName, missing } = parseCursor(stream, stored);
  const missingParts = Object.entries(byName).flatMap(([name, { missing: reason }]) =>
    reason === undefined ? [] : [`${name}: ${reason}`],
  );
  const parts = Object.values(byName).filter(({ missing: reason }) => reason === undefined);
  const completed = parts.map(({ completedAt }) => completedAt).filter((at) => at !== null);
  const watermarks = parts.map(({ watermark }) => watermark).filter((watermark) => watermark !== null);
  const completeAt =
    completed.length > 0 && completed.length === parts.length ? new Date(Math.min(...completed)) : null;
  if (watermarks.length > 0)
    return { completeAt, position: text(new Date(Math.max(...watermarks) * 1_000)), missing, missingParts };
  const isReading = parts.some(({ round }) => round !== undefined);
  return { completeAt, position: isReading ? 'first read under way' : '—', missing, missingParts };
}

function text(instant: Date): string {
  return instant.toISOString().slice(0, 19).replace('T', ' ');
}
