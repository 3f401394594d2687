import { mkdtemp, rm, chmod } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { finished } from 'node:stream/promises';
import { from as copyFrom } from 'pg-copy-streams';
import {
  type LandingRow,
  type Warehouse,
  land,
  migrate,
  openWarehouse,
} from '../../pipelines/warehouse/index.ts';

const ROWS = 50_000;

/**
 * Landing speed of lead-shaped rows (about 1.2 kB of JSON) with the real server settings, fsync included, against a bare COPY of the
 * same rows into a plain table in the same run: the ratio says more than the rate, which is the machine's.
 */
export async function landBench(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'voronka-bench-'));
  await chmod(folder, 0o711);
  const warehouse = await openWarehouse({ embedded: { dataDir: folder, graceMs: 0 } });
  try {
    await migrate(warehouse);
    const rows = leads(0, ROWS);
    console.log(
      `landing ${ROWS.toLocaleString('en')} leads of ${Math.round(rows.reduce((n, row) => n + row.payload.length, 0) / ROWS)} bytes`,
    );
    await bareCopy(warehouse, rows.slice(0, 20_000));
    await inPages(warehouse, 'warm_up', rows.slice(0, 20_000), 250, 1);
    const bare = await bareCopy(warehouse, rows);
    report('bare COPY into a plain table', bare, bare);
    report('pages of 250, one at a time', await inPages(warehouse, 'pages', rows, 250, 1), bare);
    report('pages of 250, four at a time', await inPages(warehouse, 'parallel', rows, 250, 4), bare);
    report('8 pages a landing (2,000)', await inPages(warehouse, 'grouped', rows, 2000, 1), bare);
    report('batches of 10,000', await inPages(warehouse, 'batches', rows, 10_000, 1), bare);
    report('one landing, as a stream', await inPages(warehouse, 'streamed', rows, ROWS, 1), bare);
    report('all of it again, pages of 250', await inPages(warehouse, 'pages', rows, 250, 1), bare);
    const newer = leads(3600_000, ROWS);
    report('newer versions, pages of 250', await inPages(warehouse, 'pages', newer, 250, 1), bare);
    report('newer versions, 10,000', await inPages(warehouse, 'batches', newer, 10_000, 1), bare);
  } finally {
    await warehouse.close();
    await new Promise((done) => setTimeout(done, 1500));
    await rm(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

async function inPages(
  warehouse: Warehouse,
  stream: string,
  rows: LandingRow[],
  size: number,
  lanes: number,
): Promise<number> {
  const started = performance.now();
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < rows.length) {
      const page = rows.slice(next, (next += size));
      await land(warehouse, { source: 'amocrm', account: '31415926', stream, rows: page, cursor: { next } });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
  return (rows.length / (performance.now() - started)) * 1000;
}

async function bareCopy(warehouse: Warehouse, rows: LandingRow[]): Promise<number> {
  const client = await warehouse.pool.connect();
  try {
    await client.query(
      'drop table if exists plain; create table plain (id text, updated_at timestamptz, payload jsonb)',
    );
    const started = performance.now();
    const copy = client.query(copyFrom('copy plain from stdin'));
    for (let at = 0; at < rows.length; at += 1000) {
      const lines = rows
        .slice(at, at + 1000)
        .map(
          (row) =>
            `${row.id}\t${row.updatedAt?.toISOString() ?? '\\N'}\t${row.payload.replaceAll('\\', '\\\\')}\n`,
        );
      if (!copy.write(lines.join(''))) await new Promise((drained) => copy.once('drain', drained));
    }
    copy.end();
    await finished(copy);
    return (rows.length / (performance.now() - started)) * 1000;
  } finally {
    client.release();
  }
}

function report(what: string, rate: number, bare: number): void {
  const ratio = (rate / bare).toFixed(2);
  console.log(
    `  ${what.padEnd(32)} ${Math.round(rate).toLocaleString('en').padStart(8)} rows/s   ${ratio} of bare COPY`,
  );
}

function leads(laterMs: number, count: number): LandingRow[] {
  return Array.from({ length: count }, (_, n) => {
    const updated = Math.floor((Date.UTC(2025, 0, 1) + laterMs) / 1000) + n;
    return {
      id: String(20_000_000 + n),
      payload: JSON.stringify(lead(n, updated)),
      updatedAt: new Date(updated * 1000),
    };
  });
}

/** The fields of a lead as API v4 gives them, with five custom fields and a contact. */
function lead(n: number, updated: number): object {
  const id = 20_000_000 + n;
  return {
    id,
    name: `Сделка №${id} "поставка"`,
    price: (n * 7919) % 900_000,
    responsible_user_id: 9_000_000 + (n % 24),
    group_id: n % 3,
    status_id: 51_000_000 + (n % 9),
    pipeline_id: 6_000_000 + (n % 2),
    loss_reason_id: null,
    created_by: 0,
    updated_by: 9_000_000 + (n % 24),
    created_at: updated - 86_400,
    updated_at: updated,
    closed_at: null,
    closest_task_at: updated + 3600,
    is_deleted: false,
    custom_fields_values: ['Источник', 'Город', 'Комментарий', 'UTM', 'Продукт'].map((name, place) => ({
      field_id: 700_000 + place,
      field_name: name,
      field_code: null,
      field_type: 'text',
      values: [{ value: `${name} ${(n * 31 + place) % 977}` }],
    })),
    score: null,
    account_id: 31_415_926,
    labor_cost: null,
    _links: { self: { href: `https://example.amocrm.ru/api/v4/leads/${id}?page=1&limit=250` } },
    _embedded: { tags: [], companies: [], contacts: [{ id: id + 1, is_main: true }] },
  };
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href)
  await landBench();
