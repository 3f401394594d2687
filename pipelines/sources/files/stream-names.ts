import { FILE_KINDS } from './kinds/index.ts';

/** The stream of the files themselves: one row per file. */
export const FILES_STREAM = 'files';

export const STREAM_NAMES: readonly string[] = [FILES_STREAM, ...FILE_KINDS.map(({ name }) => name)];
