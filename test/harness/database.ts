import { createHash, randomBytes } from 'node:crypto';
import pg from 'pg';

export interface TestDatabase {
  /** Superuser URL of a database of its own. */
  readonly url: string;
  readonly pool: pg.Pool;
  drop(): Promise<void>;
}

/** An empty database for one test file (call it in `beforeAll`, `drop()` in `afterAll`). `name` makes it recognisable in the server's log. */
export async function createTestDatabase(name?: string): Promise<TestDatabase> {
  const server = process.env['VORONKA_TEST_DATABASE_URL'];
  if (server === undefined)
    throw new Error('VORONKA_TEST_DATABASE_URL is not set: run the tests through vitest');
  const label = name ?? (await testPath()) ?? 'test';
  const slug = label
    .split('/')
    .slice(-1)
    .join('')
    .replace(/\.test\.ts$/, '')
    .replace(/[^a-z0-9]+/gi, '_')
    .toLowerCase()
    .slice(0, 30);
  const database = `t_${slug}_${createHash('sha256').update(label).update(randomBytes(8)).digest('hex').slice(0, 8)}`;
  await asAdmin(server, `create database ${database}`);
  const url = new URL(server);
  url.pathname = `/${database}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 10 });
  // A backend ended by the server (some tests do that on purpose) must not take the test process down.
  pool.on('error', () => undefined);
  return {
    url: url.href,
    pool,
    async drop() {
      await pool.end();
      await asAdmin(server, `drop database if exists ${database} with (force)`);
    },
  };
}

/** Asked for only inside vitest: benchmarks use the harness, too, and it cannot be imported there. */
async function testPath(): Promise<string | undefined> {
  const { expect } = await import('vitest');
  return expect.getState().testPath;
}

async function asAdmin(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
