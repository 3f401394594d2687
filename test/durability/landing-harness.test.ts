import { afterAll, beforeAll, expect, it } from 'vitest';
import { type TestDatabase, createTestDatabase } from '../harness/database.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

it('gives every test file an empty Postgres database of its own', async () => {
  const { rows } = await database.pool.query("select current_database() as name, lower('ВОРОНКА') as word");
  expect(rows[0].name).toMatch(/^t_landing_harness_/);
  expect(rows[0].word).toBe('воронка');
});
