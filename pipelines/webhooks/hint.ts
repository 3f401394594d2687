/** A row that may have changed. Nothing else of a webhook is believed. */
export interface Hint {
  /** Stream of the source, `notes:<entity>` for the notes of one entity, or {@link EVERYTHING}. */
  readonly kind: string;
  /** A positive integer; 0 only for {@link EVERYTHING}. */
  readonly id: number;
}

/** Too much was said to keep it row by row: read everything that is new. */
export const EVERYTHING: Hint = { kind: '*', id: 0 };

/** The stream and its part that a kind of hint stands for. */
export function streamOf(kind: string): { readonly stream: string; readonly part?: string } {
  const [stream = kind, part] = kind.split(':');
  return part === undefined ? { stream } : { stream, part };
}
