import { closeSync, openSync, writeSync } from 'node:fs';

/** Characters gathered before a write; larger pieces gained nothing when measured. */
const PIECE = 1 << 20;

export function writeJsonLines(path: string, list: Iterable<unknown>): void {
  const file = openSync(path, 'w');
  try {
    let piece = '';
    for (const row of list) {
      piece += `${JSON.stringify(row)}\n`;
      if (piece.length < PIECE) continue;
      writeSync(file, piece);
      piece = '';
    }
    if (piece !== '') writeSync(file, piece);
  } finally {
    closeSync(file);
  }
}
