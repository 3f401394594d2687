import pg, { type PoolClient } from 'pg';
import { crashPoint } from '../crash-points.ts';
import { writeCursorSql } from './cursors.ts';
import { copyRows, prepareStaging } from './copy-rows.ts';
import { DatabaseTroubleError, isTrouble, sqlState } from './errors.ts';
import { type LandingRow, type LandingReject, findOlder, rowFault } from './landing-row.ts';
import { mayHoldNul, mendJson } from './mend-json.ts';
import { addRejects } from './rejects.ts';
import { withClient } from './with-client.ts';
import { type StreamKey, ensureStream, rawTable } from './streams.ts';
import type { Warehouse } from './warehouse.ts';

export interface LandOptions extends StreamKey {
  readonly rows: Iterable<LandingRow> | AsyncIterable<LandingRow>;
  /** Where the stream goes on after these rows; committed with them. */
  readonly cursor?: unknown;
  readonly rejects?: readonly LandingReject[];
}

/** Counts of rows. inserted + updated + unchanged + stale + rejected = rows given + rejects given. */
export interface LandingResult {
  readonly inserted: number;
  /** Replaced an older version, which is now in history. */
  readonly updated: number;
  /** Known already: nothing was written. */
  readonly unchanged: number;
  /** Older than the current version; kept in history when not known yet. */
  readonly stale: number;
  readonly rejected: number;
  /** Landed with characters replaced that jsonb cannot hold. */
  readonly mended: number;
  readonly loadId: number;
}

/** Rows applied at once: 10,000 lead-shaped rows are 12 MB; a batch also ends at 32 MB of payload. */
const BATCH_ROWS = 10_000;
const BATCH_BYTES = 32 * 1024 * 1024;

/**
 * Lands rows, rejects and cursor in ONE transaction; the rules are in migrations/0003_landing.sql. Whatever goes wrong, either all of it
 * is there or nothing. A row that cannot be stored (not JSON, no id) goes to `ops.rejects` and stops nothing.
 * Throws {@link DatabaseTroubleError} (retry later) when the database is gone, full or going down.
 */
export async function land(warehouse: Pick<Warehouse, 'pool'>, options: LandOptions): Promise<LandingResult> {
  const name = rawTable(options);
  try {
    await ensureStream(warehouse, options);
    return await withClient(warehouse.pool, (client) => new Landing(client, options).run());
  } catch (error) {
    if (isTrouble(error)) throw new DatabaseTroubleError(`landing ${name}`, error);
    throw error;
  }
}

class Landing {
  readonly #client: PoolClient;
  readonly #options: LandOptions;
  readonly #rejects: LandingReject[];
  #loadId = 0;
  #counts = { inserted: 0, updated: 0, unchanged: 0, stale: 0, mended: 0 };

  constructor(client: PoolClient, options: LandOptions) {
    this.#client = client;
    this.#options = options;
    this.#rejects = [...(options.rejects ?? [])];
  }

  async run(): Promise<LandingResult> {
    await prepareStaging(this.#client);
    const began = (await this.#client.query(
      `begin; select nextval('ops.load_id') as id; savepoint batch`,
    )) as unknown as pg.QueryResult<{ id: string | number }>[];
    this.#loadId = Number(began[1]?.rows[0]?.id);
    crashPoint('landing.begun');
    // One batch is held back, so that the last one is known and closes the transaction in the same round trip.
    let held: LandingRow[] = [];
    for await (const batch of batches(this.#options.rows)) {
      if (held.length > 0) await this.#apply(held, false);
      held = batch;
    }
    await this.#apply(held, true);
    crashPoint('landing.committed');
    return { ...this.#counts, rejected: this.#rejects.length, loadId: this.#loadId };
  }

  async #apply(batch: readonly LandingRow[], isLast: boolean): Promise<void> {
    const rows = this.#storable(batch);
    const older = findOlder(rows);
    if (rows.length > 0 && !(await this.#copied(rows, older))) {
      // Rare: find the rows jsonb refuses one by one, set them aside, and copy the others.
      await this.#apply(await this.#withoutBadJson(rows), isLast);
      return;
    }
    crashPoint('landing.copied');
    if (isLast && this.#rejects.length + this.#counts.mended > 0) await this.#noteLosses();
    if (rows.length === 0 && !isLast) return;
    const statements: string[] = [];
    if (rows.length > 0) {
      const { source, account, stream } = this.#options;
      const losers = older?.reduce((sum, flag) => sum + flag, 0) ?? 0;
      const deletions = rows.filter((row) => row.isDeleted).length;
      const names = [source, account, stream].map((name) => pg.escapeLiteral(name)).join(', ');
      statements.push(
        `select * from ops.land_batch(${names}, ${this.#loadId}, ${rows.length}, ${losers}, ${deletions})`,
      );
      if (!isLast) statements.push('truncate pg_temp.voronka_landing', 'savepoint batch');
    }
    if (isLast) {
      if (this.#options.cursor !== undefined)
        statements.push(writeCursorSql(this.#options, this.#options.cursor));
      statements.push('commit');
    }
    const asked = this.#client.query(statements.join(';\n'));
    if (isLast) crashPoint('landing.ending');
    const answers = [(await asked) as pg.QueryResult | pg.QueryResult[]].flat();
    if (rows.length > 0) this.#add(answers[0]?.rows[0] as Record<string, unknown>);
  }

  #storable(batch: readonly LandingRow[]): LandingRow[] {
    const good: LandingRow[] = [];
    for (const row of batch) {
      const fault = rowFault(row);
      if (fault !== undefined) this.#rejects.push({ ...row, reason: fault });
      else if (mayHoldNul(row.payload)) good.push(this.#mended(row));
      else good.push(row);
    }
    return good;
  }

  #mended(row: LandingRow): LandingRow {
    const payload = mendJson(row.payload);
    if (payload === row.payload) return row;
    this.#counts.mended++;
    return { ...row, payload };
  }

  /** False when jsonb refused some payload; the transaction is back to where it was before. */
  async #copied(rows: readonly LandingRow[], older: Uint8Array | undefined): Promise<boolean> {
    try {
      await copyRows(this.#client, rows, older);
      return true;
    } catch (error) {
      if (!JSON_FAULTS.has(sqlState(error) ?? '')) throw error;
      await this.#client.query('rollback to savepoint batch');
      return false;
    }
  }

  async #withoutBadJson(rows: readonly LandingRow[]): Promise<LandingRow[]> {
    const good: LandingRow[] = [];
    for (const row of rows) {
      const mended = this.#mended(row);
      const { rows: answer } = await this.#client.query<{ error: string | null }>({
        name: 'json_error',
        text: 'select ops.json_error($1) as error',
        values: [mended.payload],
      });
      const fault = answer[0]?.error ?? null;
      if (fault === null) good.push(mended);
      else this.#rejects.push({ ...row, reason: `the payload is not JSON that can be stored: ${fault}` });
    }
    return good;
  }

  async #noteLosses(): Promise<void> {
    const { source, account, stream } = this.#options;
    await addRejects(this.#client, this.#options, this.#loadId, this.#rejects);
    await this.#client.query(
      `insert into ops.loads as l (id, source, account_id, stream, rejected, mended) values ($1, $2, $3, $4, $5, $6)
       on conflict (id) do update set rejected = excluded.rejected, mended = excluded.mended`,
      [this.#loadId, source, account, stream, this.#rejects.length, this.#counts.mended],
    );
  }

  #add(answer: Record<string, unknown>): void {
    for (const name of ['inserted', 'updated', 'unchanged', 'stale'] as const)
      this.#counts[name] += Number(answer[name]);
  }
}

/**
 * invalid text (22P02), untranslatable character (22P05), number out of range (22003), invalid encoding (22021), string too long for
 * jsonb (54000), nested too deeply (54001)
 */
const JSON_FAULTS = new Set(['22P02', '22P05', '22003', '22021', '54000', '54001']);

async function* batches(rows: LandOptions['rows']): AsyncGenerator<LandingRow[]> {
  let batch: LandingRow[] = [];
  let bytes = 0;
  for await (const row of rows) {
    batch.push(row);
    bytes += row.payload.length;
    if (batch.length < BATCH_ROWS && bytes < BATCH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}
