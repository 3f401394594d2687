import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Company } from './company.ts';
import type { Row } from './reference-records.ts';

/** Characters gathered before a write; larger pieces gained nothing when measured. */
const PIECE = 1 << 20;

/** Writes the folder that the amoCRM stand-in serves, and `truth.json` beside it. Existing files of these names are replaced. */
export function writeCompany(company: Company, dir: string): void {
  mkdirSync(dir, { recursive: true });
  const { account, truth, exchange: _, ...lists } = company;
  writeFileSync(join(dir, 'account.json'), `${JSON.stringify(account, null, 2)}\n`);
  writeFileSync(join(dir, 'truth.json'), `${JSON.stringify(truth, null, 1)}\n`);
  for (const [name, list] of Object.entries(lists)) writeLines(join(dir, `${name}.jsonl`), list);
}

function writeLines(path: string, list: Iterable<Row>): void {
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
