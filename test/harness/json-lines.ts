import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes each file of `files` into `folder`, one JSON value a line (a single value for `.json`). */
export function writeJsonLines(folder: string, files: Readonly<Record<string, readonly object[]>>): void {
  mkdirSync(folder, { recursive: true });
  for (const [name, values] of Object.entries(files)) {
    writeFileSync(join(folder, name), values.map((value) => `${JSON.stringify(value)}\n`).join(''));
  }
}
