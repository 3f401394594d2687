import { randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const STATE_DIR = '.voronka';

/** The secret that signs API tokens: VORONKA_API_SECRET, else one made once and kept in `.voronka/api-secret`, readable by its owner only. */
export async function readApiSecret(folder: string = STATE_DIR): Promise<string> {
  const fromEnvironment = process.env['VORONKA_API_SECRET']?.trim();
  if (fromEnvironment) return fromEnvironment;
  const file = join(folder, 'api-secret');
  await mkdir(folder, { recursive: true });
  // `wx` makes the first of several processes the author; the others read what it wrote.
  await writeFile(file, randomBytes(32).toString('base64url'), { flag: 'wx', mode: 0o600 }).catch(
    (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error;
    },
  );
  return (await readFile(file, 'utf8')).trim();
}
