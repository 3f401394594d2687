import { companyRecord, contactRecord, leadRecord, unsortedRecord } from './card-records.ts';
import { eventRecords } from './event-records.ts';
import type { Pbx } from '../telephony/index.ts';
import {
  accountRecord,
  customFieldRecords,
  lossReasonRecords,
  pipelineRecords,
  type Row,
  userRecords,
} from './reference-records.ts';
import { type CompanyOptions, simulate } from './simulate.ts';
import { outsideOf, type Outside } from './outside.ts';
import { tellTruth, type Truth } from './truth.ts';
import { noteRecord, numbered, taskRecord } from './work-records.ts';
import type { World } from './world.ts';

/**
 * A sales department in the CRM's own shapes. The lists are made row by row while they are read, so a large company is never
 * held twice, and can be read again. Names are those of the files without `.jsonl`.
 */
export interface Company {
  readonly account: Row;
  readonly users: Iterable<Row>;
  readonly pipelines: Iterable<Row>;
  readonly loss_reasons: Iterable<Row>;
  readonly custom_fields: Iterable<Row>;
  readonly leads: Iterable<Row>;
  readonly contacts: Iterable<Row>;
  readonly companies: Iterable<Row>;
  readonly events: Iterable<Row>;
  readonly tasks: Iterable<Row>;
  readonly notes: Iterable<Row>;
  readonly unsorted: Iterable<Row>;
  /** The company's own books: what every KPI must come out as. */
  readonly truth: Truth;
  /** What the CRM does not know: calls, letters, meetings, plans. */
  readonly outside: Outside;
}

export interface GenerateOptions extends CompanyOptions {
  /** Whose exchange the office has (Asterisk): call notes in the CRM carry its ids. */
  readonly pbx?: Pbx;
}

/** Makes up the company. The same seed and `until` give the same rows, byte for byte. */
export function generateCompany({ pbx = 'asterisk', ...options }: GenerateOptions): Company {
  const world = simulate(options);
  const outside = outsideOf(world, pbx);
  const tasks = numbered(world.tasks, 50_214_000);
  const notes = numbered(world.notes, 91_300_100);
  const nearestTask = nearestTasks(world);
  let truth: Truth | undefined;
  return {
    account: accountRecord(world),
    users: userRecords(world),
    pipelines: pipelineRecords(),
    loss_reasons: lossReasonRecords(world),
    custom_fields: customFieldRecords(),
    leads: rows(world.deals, (deal) => leadRecord(deal, world, nearestTask)),
    contacts: rows(world.clients.contacts, (contact) => contactRecord(contact, world)),
    companies: rows(world.clients.companies, (company) => companyRecord(company, world)),
    events: { [Symbol.iterator]: () => eventRecords(world, tasks, notes) },
    tasks: rows(tasks, (task) => taskRecord(task, world)),
    notes: rows(notes, (note) => noteRecord(note, world)),
    unsorted: rows(
      world.deals.filter(({ isDeleted, place }) => !isDeleted && place.stage.step === 'incoming'),
      unsortedRecord,
    ),
    outside,
    // Told on demand: who only serves the rows need not wait for the books.
    get truth() {
      return (truth ??= tellTruth(world, outside));
    },
  };
}

function rows<T>(things: readonly T[], record: (thing: T) => Row): Iterable<Row> {
  return {
    *[Symbol.iterator]() {
      for (const thing of things) yield record(thing);
    },
  };
}

/** The earliest deadline among the unfinished tasks of each lead. */
function nearestTasks({ tasks }: World): ReadonlyMap<number, number> {
  const nearest = new Map<number, number>();
  for (const { dealId, completedAt, dueAt } of tasks) {
    if (dealId === null || completedAt !== null) continue;
    nearest.set(dealId, Math.min(nearest.get(dealId) ?? Infinity, dueAt));
  }
  return nearest;
}
