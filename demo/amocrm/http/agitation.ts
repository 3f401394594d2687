import type { Row } from '../state/row.ts';
import type { Collection } from '../state/collection.ts';
import type { Call } from './call.ts';

const cardKinds = new Set(['leads', 'contacts', 'companies', 'customers']);

/** People go on working while a list is being read: after a page, some of its rows change or vanish. */
export function agitate(call: Call, random: () => number): void {
  const [kind = '', second] = call.segments;
  if (second !== undefined) return;
  const page = typeof call.query['page'] === 'string' ? Number(call.query['page']) : 1;
  const on = { path: call.path, page };
  const edits =
    cardKinds.has(kind) || kind === 'tasks' ? call.faults.strikes('mutate-between-pages', on) : undefined;
  if (edits !== undefined) {
    for (let left = edits.rows ?? 3; left > 0; left -= 1) edit(call, kind, random);
  }
  const deletions = kind === 'leads' ? call.faults.strikes('delete-between-pages', on) : undefined;
  if (deletions === undefined) return;
  // Of the rows just read: only then do the rows of the next page move up, past the reader.
  const read = call.shown.filter((id) => call.crm.leads.get(id) !== undefined);
  for (let left = deletions.rows ?? 1; left > 0 && read.length > 0; left -= 1) {
    const [id] = read.splice(Math.floor(random() * read.length), 1);
    call.life.deleteLead(id as number);
  }
}

function edit(call: Call, kind: string, random: () => number): void {
  if (kind === 'leads') {
    const row = anyOf(call.crm.leads, random);
    if (row !== undefined) call.life.changePrice(row.id as number, row.price + 1);
  } else if (kind === 'tasks') {
    const row = anyOf(call.crm.tasks, random);
    if (row !== undefined) call.life.changeDeadline(row.id as number, row.completeTill + 60);
  } else if (kind === 'contacts' || kind === 'companies' || kind === 'customers') {
    const row = anyOf(call.crm.cards(kind), random);
    if (row !== undefined) call.life.patch(kind, row.id as number, { updated_by: 0 });
  }
}

function anyOf<R extends Row>(rows: Collection<R>, random: () => number): R | undefined {
  const sorted = rows.sorted('tie' as never);
  return sorted[Math.floor(random() * sorted.length)];
}
