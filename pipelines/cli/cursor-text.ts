import { parseCursor } from '../sources/engine/cursor.ts';

export interface CursorText {
  /** The instant up to which everything was read; null for streams read whole, and before the first round is through. */
  readonly readTo: Date | null;
  /** For the column "read up to". */
  readonly position: string;
  /** Why the credentials cannot see the stream. */
  readonly missing: string | undefined;
}

/** A stored cursor in a person's terms. A stream of several lists is as far as the one furthest behind. */
export function describeCursor(stream: string, stored: unknown): CursorText {
  const cursor = parseCursor(stream, stored);
  const parts = Object.values(cursor.parts);
  const running = parts.some(({ round }) => round !== undefined);
  const watermarks = parts.map(({ watermark }) => watermark);
  const known = watermarks.filter((watermark) => watermark !== null);
  const complete = parts.map(({ completedAt }) => completedAt).filter((at) => at !== null);
  const readTo =
    known.length > 0 && known.length === watermarks.length ? new Date(Math.min(...known) * 1_000) : null;
  if (readTo) return { readTo, position: text(readTo), missing: cursor.missing };
  if (running) return { readTo: null, position: 'first read under way', missing: cursor.missing };
  const position = complete.length > 0 ? `whole, ${text(new Date(Math.min(...complete)))}` : '—';
  return { readTo: null, position, missing: cursor.missing };
}

function text(instant: Date): string {
  return instant.toISOString().slice(0, 19).replace('T', ' ');
}
