import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Company } from './company.ts';
import { writeJsonLines } from './json-lines.ts';

/** Writes the folder that the amoCRM stand-in serves, and `truth.json` beside it. Existing files of these names are replaced. */
export function writeCompany(company: Company, dir: string): void {
  mkdirSync(dir, { recursive: true });
  const { account, truth, outside: _, ...lists } = company;
  writeFileSync(join(dir, 'account.json'), `${JSON.stringify(account, null, 2)}\n`);
  writeFileSync(join(dir, 'truth.json'), `${JSON.stringify(truth, null, 1)}\n`);
  for (const [name, list] of Object.entries(lists)) writeJsonLines(join(dir, `${name}.jsonl`), list);
}
