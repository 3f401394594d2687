import type { ListConnection, Page, PageRequest, RawRow, SourceAccount } from '../engine/connection.ts';
import { StreamMissingError } from '../engine/errors.ts';
import type { StreamSpec } from '../engine/stream.ts';
import type { UisClient } from './client.ts';
import { UisNoRightsError } from './errors.ts';
import type { LocalAxis } from './local-axis.ts';
import { REPORTS, uisStreams, type UisStream } from './streams.ts';

const DAY_S = 86_400;

export interface UisConnectionOptions {
  readonly client: UisClient;
  readonly account: SourceAccount;
  readonly axis: LocalAxis;
  readonly overlapSeconds: number;
  readonly concurrency: number;
  readonly close: () => Promise<void>;
}

/** The reports of one account as lists. Positions in them are seconds of the account's own clock (local-axis.ts). */
export class UisConnection implements ListConnection {
  readonly account: SourceAccount;
  readonly streams: readonly StreamSpec[];
  readonly concurrency: number;
  readonly #options: UisConnectionOptions;

  constructor(options: UisConnectionOptions) {
    this.#options = options;
    this.account = options.account;
    this.streams = uisStreams(options.axis, options.overlapSeconds);
    this.concurrency = options.concurrency;
  }

  now(): number {
    return this.#options.axis.now();
  }

  async fetchPage(request: PageRequest, signal: AbortSignal): Promise<Page> {
    const { client, axis } = this.#options;
    const { stream, window, page, limit } = request;
    const { method, fields } = REPORTS[stream as UisStream];
    const offset = (page - 1) * limit;
    const from = window?.from ?? 0;
    const dates = stream !== 'employees' && {
      date_from: axis.toText(from),
      // Whether the end belongs to the window is not documented: a second more does no harm.
      date_till: axis.toText(window?.to == null ? axis.now() + DAY_S : window.to + 1),
      sort: [{ field: 'start_time', order: 'asc' }],
    };
    try {
      const { data, total } = await client.call(method, { ...dates, fields, limit, offset }, signal);
      const rows = data.flatMap((row) => this.#raw(row));
      const known = stream === 'employees' ? rows : rows.filter((row) => !this.#isBefore(row, from));
      const hasNext = total === undefined ? data.length === limit : offset + data.length < total;
      return { rows: known, hasNext, ...(total !== undefined && { total }) };
    } catch (error) {
      if (error instanceof UisNoRightsError) throw new StreamMissingError(stream, error.message);
      throw error;
    }
  }

  /** Not worth a point. */
  farEnd(): Promise<null> {
    return Promise.resolve(null);
  }

  /** Rows are never asked for one by one: no stream names ids, and reports are asked for by time only. */
  fetchOne(): Promise<null> {
    return Promise.reject(new Error('the reports of UIS have no rows by id'));
  }

  close(): Promise<void> {
    return this.#options.close();
  }

  /** The row with the zone its times are in, and without anything that opens a recording. */
  #raw(row: unknown): RawRow[] {
    if (typeof row !== 'object' || row === null) return [{ text: JSON.stringify(row), value: row }];
    const records = (row as Record<string, unknown>)['call_records'];
    const value = {
      ...row,
      ...(Array.isArray(records) && { call_records: records.map(idOfRecording) }),
      time_zone: this.#options.axis.zone,
    };
    return [{ text: JSON.stringify(value), value }];
  }

  #isBefore({ value }: RawRow, from: number): boolean {
    const start = (value as { start_time?: unknown }).start_time;
    return typeof start === 'string' && this.#options.axis.fromText(start) < from;
  }
}

/** An id is documented; of an address, whoever has which can listen, only its last part is kept. */
function idOfRecording(record: unknown): unknown {
  if (typeof record !== 'string' || !/^https?:/i.test(record)) return record;
  return record.split(/[?#]/)[0]?.split('/').filter(Boolean).at(-1) ?? '';
}
