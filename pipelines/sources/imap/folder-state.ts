import { z } from 'zod';

/** Where the reading of a folder stands. Everything before `uidNext` under this UIDVALIDITY has been read. */
const shape = z.object({
  uidValidity: z.string(),
  uidNext: z.number().int().positive(),
  /** Changes of flags and removals are known up to here; null: the server keeps no such count. */
  modseq: z.string().nullable(),
  /** Messages in the folder when it was last read to the end; null while a first reading is under way. */
  exists: z.number().int().nullable(),
});

export type FolderState = z.output<typeof shape>;

export function parseFolderState(kept: unknown): FolderState | null {
  return shape.safeParse(kept).data ?? null;
}
