import { resolve } from 'node:path';
import type { FeedConnection } from '../engine/connection.ts';
import type { OpenOptions } from '../engine/kind.ts';
import { openFolder } from './connection.ts';
import { listFiles } from './list-files.ts';
import type { FilesSettings } from './settings.ts';

/** Throws FilesFolderError when there is no such folder. */
export async function openFiles(
  settings: FilesSettings,
  { warehouse, signal }: OpenOptions,
): Promise<FeedConnection> {
  const folder = resolve(settings.folder);
  await listFiles(folder);
  return openFolder(settings, folder, warehouse, { signal });
}
