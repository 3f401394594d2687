import { z } from 'zod';
import type { ChangeBatch } from '../../engine/connection.ts';
import { LegBatch } from '../batch.ts';
import { planColumns, type ColumnPlan } from '../columns.ts';
import type { CdrRecord, LegRules, TimeKind } from '../leg.ts';
import { formatStamp, type WallClock } from '../local-time.ts';
import type { AsteriskSettings } from '../settings.ts';
import type { CdrTable, TextRow } from './cdr-table.ts';

/** About 700 bytes a row: 3.5 MB a page. A table without an index on its start is scanned once a page, so that small pages cost. */
const PAGE = 5_000;
/** Of rows without a start so many are shown. */
const STARTLESS = 500;
const HOUR = 3_600;

const stateShape = z.object({
  /** Every row that started before this was read (unix seconds), but for those written later than the overlap. */
  watermark: z.number().nullable(),
  /** The latest start met in this round. */
  newest: z.number().nullable().optional(),
  /** Where a round that was interrupted goes on: rows from this start on, but for the first of them. */
  page: z.object({ from: z.string(), skip: z.number().int() }).optional(),
});
type State = z.output<typeof stateShape>;

export interface TableReading {
  readonly table: CdrTable;
  /** For messages. */
  readonly place: string;
  readonly settings: Pick<AsteriskSettings, 'columns' | 'keep_columns'>;
  readonly clock: WallClock;
  readonly isStored: (name: string) => boolean;
  readonly overlapSeconds: number;
  /** Unix seconds; nothing older is asked for. */
  readonly historyFrom: number | null;
  readonly now: () => number;
  /** Rows a page; for tests. */
  readonly pageSize?: number;
  readonly onLegs: (batch: LegBatch) => Promise<void>;
}

/**
 * Reads what a table has since the last round, page by page in the order of `start`, with the overlap before it: a row is written when
 * its call ends, hours after it started. The state goes on from the start of the last complete second, so that neither a row that comes
 * meanwhile nor a kill moves anything; rows met twice are the same rows.
 *
 * Throws ColumnsMissingError, and what the table throws.
 */
export async function* readTable(reading: TableReading, kept: unknown): AsyncGenerator<ChangeBatch> {
  const { table, place, settings, clock } = reading;
  const parsed = stateShape.safeParse(kept);
  const state: State = parsed.success ? parsed.data : { watermark: null };
  const plan = planColumns(
    table.columns.map(({ name }) => name),
    settings,
    place,
  );
  const kinds = new Map(table.columns.map(({ name, timeKind }) => [name, timeKind]));
  const kindOf = (field: 'start' | 'answer' | 'end'): TimeKind =>
    kinds.get(plan.columns.get(field) ?? '') ?? 'wall';
  const timeKinds = { start: kindOf('start'), answer: kindOf('answer'), end: kindOf('end') };
  const rules: LegRules = { clock, timeKinds, isStored: reading.isStored };
  const toRecord = recordMaker(plan);
  const limit = reading.pageSize ?? PAGE;
  const start = plan.columns.get('start') ?? 'start';
  const question = {
    columns: toRecord.columns,
    start,
    tieBreakers: (['uniqueid', 'sequence'] as const).flatMap((field) => plan.columns.get(field) ?? []),
    limit,
  };

  // The first round is the long one; later ones have nothing to show progress of.
  const expectedRows = state.watermark === null && !state.page ? await table.count() : undefined;
  let newest = state.newest ?? null;
  let page = state.page ?? { from: fromOf(reading, state.watermark, timeKinds.start), skip: 0 };
  for (;;) {
    const rows = await table.rows({ ...question, from: page.from, skip: page.skip });
    const batch = new LegBatch(rules);
    const isLast = rows.length < limit;
    // The last second of a full page may go on in the next one, and is left to it.
    const lastStart = rows.at(-1)?.[toRecord.startAt] ?? null;
    const whole = isLast ? rows.length : rows.findIndex((row) => row[toRecord.startAt] === lastStart);
    const taken = whole === 0 ? rows : rows.slice(0, whole);
    for (const row of taken) batch.add(toRecord.of(row));
    newest = later(newest, batch.newest);
    await reading.onLegs(batch);
    if (isLast) {
      for (const row of await table.startless({ columns: toRecord.columns, start, limit: STARTLESS })) {
        batch.add(toRecord.of(row));
      }
      // A clock that once ran ahead must not carry the watermark away.
      const reached = newest === null ? state.watermark : Math.min(newest, reading.now());
      yield { ...batchOf(batch), state: { watermark: later(state.watermark, reached) } satisfies State };
      return;
    }
    const from = lastStart ?? '';
    page = { from, skip: whole > 0 ? 0 : rows.length + (from === page.from ? page.skip : 0) };
    const next: State = { watermark: state.watermark, newest, page: { from, skip: page.skip } };
    yield { ...batchOf(batch), state: next, ...(expectedRows !== undefined && { expectedRows }) };
  }
}

function batchOf({ rows, rejects }: LegBatch): Pick<ChangeBatch, 'rows' | 'rejects'> {
  return { rows, rejects };
}

/** The text that rows are compared with, in the column's own terms. */
function fromOf(reading: TableReading, watermark: number | null, kind: TimeKind): string | null {
  const { overlapSeconds, historyFrom, clock } = reading;
  const moment = later(historyFrom, watermark === null ? null : watermark - overlapSeconds);
  if (moment === null) return null;
  if (kind === 'epoch') return String(Math.floor(moment));
  if (kind === 'utc') return formatStamp(moment);
  // The wall clock went back an hour, perhaps, since then.
  return formatStamp(clock.wallAt(moment) - HOUR);
}

function later(left: number | null, right: number | null): number | null {
  return left === null || right === null ? (left ?? right) : Math.max(left, right);
}

/** Which columns to ask for, and rows of them as records by the CDR's names. */
function recordMaker(plan: ColumnPlan): {
  readonly columns: readonly string[];
  readonly startAt: number;
  of(row: TextRow): CdrRecord;
} {
  const fields = [...plan.columns.keys()];
  const names = [...fields, ...plan.kept.filter((column) => ![...plan.columns.values()].includes(column))];
  return {
    columns: names.map((name) => (plan.columns as ReadonlyMap<string, string>).get(name) ?? name),
    startAt: fields.indexOf('start'),
    of: (row) => Object.fromEntries(names.map((name, place) => [name, row[place] ?? null])),
  };
}
