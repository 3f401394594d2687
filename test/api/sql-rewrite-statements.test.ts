import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SecurityContext } from '../../cube/access.ts';
import { readModel } from '../../cube/model-files.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';
import { ANNA, createMarts, dropReader, TIME_ZONE } from './marts-fixture.ts';
import { EXECUTIVE, rewriterOverModel, type RewriterOverModel } from './sql-rewrite-model.ts';

// Expected numbers are worked out on paper from the table in marts-fixture.ts: D1 and D3 are of source "site", D2, D7 and D8 of
// "phone"; D1 (100 000), D3 (50 000.55) and D7 (250 000.10) were won, D2 and D4 (source unknown) lost.
const MANAGER: SecurityContext = { role: 'manager', teams: [], managers: [ANNA] };
const ANALYST: SecurityContext = { role: 'analyst', teams: [], managers: [] };

let database: TestDatabase;
let sql: RewriterOverModel;

beforeAll(async () => {
  database = await createTestDatabase();
  await createMarts(database);
  sql = await rewriterOverModel(readModel(path.resolve(import.meta.dirname, '../../model')).files, TIME_ZONE);
});
afterAll(async () => {
  await dropReader(database);
  await database.drop();
});

const number = (value: unknown): unknown =>
  typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;

async function rows(statement: string, context = EXECUTIVE, values: unknown[] = []): Promise<unknown[][]> {
  const outcome = await sql.rewrite(statement, context);
  if (outcome.kind === 'refused') throw new Error(`${outcome.reason} ${outcome.hint ?? ''}`);
  const result = await database.pool.query<unknown[]>({ text: outcome.text, values, rowMode: 'array' });
  return result.rows.map((row) => row.map(number));
}

async function refusal(statement: string, context = EXECUTIVE): Promise<string> {
  const outcome = await sql.rewrite(statement, context);
  return outcome.kind === 'refused'
    ? `${outcome.sqlState} ${outcome.reason}`
    : `not refused: ${outcome.text}`;
}

describe('a ratio', () => {
  it.each([
    ['of the whole', 'SELECT MEASURE(close_rate) FROM funnel', [[0.6]]],
    [
      'by whatever the statement groups by',
      'SELECT source, MEASURE(close_rate) FROM funnel GROUP BY 1 ORDER BY 1',
      [
        ['phone', 0.5],
        ['site', 1],
        ['unknown', 0],
      ],
    ],
    [
      'with the aggregate a tool happens to put',
      'SELECT source, AVG(close_rate), SUM(close_rate) FROM funnel GROUP BY 1 HAVING SUM(won_amount) > 0 ORDER BY 1',
      [
        ['phone', 0.5, 0.5],
        ['site', 1, 1],
      ],
    ],
    [
      'with subtotals',
      "SELECT coalesce(source, 'all'), MEASURE(close_rate) FROM funnel GROUP BY ROLLUP(source) ORDER BY 1",
      [
        ['all', 0.6],
        ['phone', 0.5],
        ['site', 1],
        ['unknown', 0],
      ],
    ],
    [
      'of the rows a FILTER leaves',
      "SELECT MEASURE(close_rate) FILTER (WHERE source = 'site'), MEASURE(close_rate) FROM funnel",
      [[1, 0.6]],
    ],
    [
      'of the rows a CASE leaves',
      "SELECT AVG(CASE WHEN source = 'phone' THEN close_rate END) FROM funnel",
      [[0.5]],
    ],
    [
      'through derived tables',
      `SELECT s, MEASURE(r) FROM (SELECT source || '!' AS s, close_rate AS r FROM (SELECT * FROM funnel) "_") "rows" GROUP BY s ORDER BY s`,
      [
        ['phone!', 0.5],
        ['site!', 1],
        ['unknown!', 0],
      ],
    ],
    [
      'through a CTE that is read twice',
      'WITH a AS (SELECT source, close_rate AS r FROM funnel) SELECT source, MEASURE(r), (SELECT MEASURE(r) FROM a) FROM a GROUP BY 1 ORDER BY 1',
      [
        ['phone', 0.5, 0.6],
        ['site', 1, 0.6],
        ['unknown', 0, 0.6],
      ],
    ],
    [
      'joined with the top of the same view',
      'SELECT f.source, MEASURE(f.close_rate) FROM funnel f JOIN (SELECT source AS s__, MEASURE(won_amount) AS m FROM funnel GROUP BY 1 ORDER BY 2 DESC LIMIT 1) AS series_limit ON f.source = s__ GROUP BY 1',
      [['phone', 0.5]],
    ],
    [
      'in a window',
      'SELECT source, RANK() OVER (ORDER BY MEASURE(close_rate) DESC) FROM funnel GROUP BY 1 ORDER BY 2',
      [
        ['site', 1],
        ['phone', 2],
        ['unknown', 3],
      ],
    ],
    [
      'over rows, as a window',
      "SELECT DISTINCT source, AVG(close_rate) OVER (PARTITION BY source) FROM funnel WHERE source <> 'unknown' ORDER BY 1",
      [
        ['phone', 0.5],
        ['site', 1],
      ],
    ],
    [
      'the best of groups',
      'SELECT MAX(r) FROM (SELECT source, MEASURE(close_rate) AS r FROM funnel GROUP BY 1) t',
      [[1]],
    ],
  ])('is evaluated at the grain of the statement: %s', async (_what, statement, expected) => {
    expect(await rows(statement)).toEqual(expected);
  });

  it.each([
    [
      'averages of it',
      'SELECT AVG(r) FROM (SELECT manager, MEASURE(close_rate) AS r FROM funnel GROUP BY 1) t',
      '42803 AVG over "close_rate" of each group',
    ],
    [
      'sums of it',
      'SELECT SUM(r * 100) FROM (SELECT manager, MEASURE(close_rate) AS r FROM funnel GROUP BY 1) t',
      '42803 SUM over "close_rate" of each group',
    ],
    [
      'sums of its parts',
      'SELECT SUM(close_rate * 100) FROM funnel',
      '42809 "close_rate" is computed from other measures',
    ],
    [
      'a count of it',
      'SELECT COUNT(close_rate) FROM funnel',
      '42809 "close_rate" is computed from other measures',
    ],
    ['groups by it', 'SELECT close_rate, COUNT(*) FROM funnel GROUP BY 1', '42803 "close_rate" is a measure'],
    [
      'conditions on it before grouping',
      'SELECT manager FROM funnel WHERE close_rate > 0.5 GROUP BY 1',
      '42803 WHERE compares single rows',
    ],
    [
      'an aggregate of an aggregate',
      'SELECT MEASURE(r) FROM (SELECT manager, MEASURE(close_rate) AS r FROM funnel GROUP BY 1) t',
      '42803 MEASURE(close_rate)',
    ],
  ])('is never made of values of groups: %s', async (_what, statement, reason) => {
    expect(await refusal(statement)).toContain(reason);
  });
});

describe('plain aggregates', () => {
  it.each([
    [
      'a total, where nothing counts in a group',
      'SELECT source, SUM(deals_won), SUM(won_amount) FROM funnel GROUP BY 1 ORDER BY 1',
      [
        ['phone', 1, 250000.1],
        ['site', 2, 150000.55],
        ['unknown', 0, 0],
      ],
    ],
    [
      'a total of months of totals',
      "SELECT SUM(a0) FROM (SELECT DATE_TRUNC('month', date) AS m, SUM(won_amount) AS a0 FROM funnel GROUP BY 1) t",
      [[400000.65]],
    ],
    [
      'a pivot with CASE',
      "SELECT SUM(CASE WHEN source = 'site' THEN won_amount ELSE 0 END), SUM(won_amount) FROM funnel",
      [[150000.55, 400000.65]],
    ],
    [
      'weeks that begin on Sunday',
      `SELECT CAST((DATE_TRUNC('week', ("date" + INTERVAL '1 day')) + INTERVAL '-1 day') AS text), SUM("public"."funnel"."deals_won") FROM "public"."funnel" GROUP BY (DATE_TRUNC('week', ("date" + INTERVAL '1 day')) + INTERVAL '-1 day') HAVING SUM("public"."funnel"."deals_won") > 0 ORDER BY 1`,
      [
        ['2025-03-09 00:00:00', 1],
        ['2025-04-20 00:00:00', 1],
        ['2025-04-27 00:00:00', 1],
      ],
    ],
    [
      'months of the account, not of the session',
      "SELECT COUNT(*) FROM (SELECT DISTINCT deal_id FROM funnel WHERE DATE_TRUNC('month', created_at) = '2025-04-01') t",
      [[5]],
    ],
    [
      'names and texts that are not ASCII',
      `SELECT "в"."source" AS "ключ", 'ё🙂' FROM "funnel" AS "в" WHERE "в"."source" <> 'ё' AND 'э' = 'э' GROUP BY "в"."source" ORDER BY 1`,
      [
        ['phone', 'ё🙂'],
        ['site', 'ё🙂'],
        ['unknown', 'ё🙂'],
      ],
    ],
    [
      'a join by all that the other side is grouped by',
      'SELECT SUM(f.won_amount) FROM funnel f JOIN (SELECT DISTINCT source FROM funnel) t USING (source)',
      [[400000.65]],
    ],
    [
      'one view within another',
      "SELECT MEASURE(deals_won) FROM funnel WHERE manager IN (SELECT manager FROM deals WHERE outcome = 'won')",
      [[3]],
    ],
  ])('give what the measure says: %s', async (_what, statement, expected) => {
    expect(await rows(statement)).toEqual(expected);
  });

  it.each([
    ['AVG of a count', 'SELECT AVG(deals_won) FROM funnel', '42809 Measure aggregation type'],
    ['AVG of a total', 'SELECT AVG(won_amount) FROM funnel', '42809 Measure aggregation type'],
    [
      'rows of two views joined',
      'SELECT SUM(f.won_amount) FROM funnel f JOIN activities a ON a.manager = f.manager',
      '0A000 "won_amount" over this join',
    ],
    [
      'a join by less than the other side is grouped by',
      'SELECT SUM(f.won_amount) FROM funnel f JOIN (SELECT source, event FROM funnel GROUP BY 1, 2) t ON f.source = t.source',
      '0A000 "won_amount" over this join',
    ],
    ['MEASURE of a dimension', 'SELECT MEASURE(manager) FROM funnel', '42809 MEASURE takes one measure'],
  ])('are refused where they would give another number: %s', async (_what, statement, reason) => {
    expect(await refusal(statement)).toContain(reason);
  });
});

describe('a session', () => {
  it('sees its rows alone, also where nothing but rows are counted', async () => {
    expect(await rows('SELECT manager, MEASURE(deals_lost) FROM funnel GROUP BY 1', MANAGER)).toEqual([
      ['Anna', 1],
    ]);
    const [[all]] = (await rows('SELECT COUNT(*) FROM funnel')) as [[number]];
    const [[own]] = (await rows('SELECT COUNT(*) FROM funnel', MANAGER)) as [[number]];
    expect(own).toBeLessThan(all);
    expect(own).toBeGreaterThan(0);
  });

  it('without a known role sees no column', async () => {
    const nobody = { role: 'visitor', teams: [], managers: [] } as unknown as SecurityContext;
    expect(await refusal('SELECT COUNT(*) FROM funnel', nobody)).toMatch(/^42/);
    expect(await refusal('SELECT source FROM funnel', nobody)).toMatch(/^42/);
  });

  it('cannot name a member it may not see, nor what a formula reads, nor a whole row', async () => {
    expect(await refusal('SELECT manager FROM funnel', ANALYST)).toContain('42703');
    expect(await refusal('SELECT f.client FROM funnel f', ANALYST)).toContain('42703');
    const outcome = await sql.rewrite('SELECT * FROM funnel', ANALYST);
    expect(outcome.kind === 'rewritten' ? outcome.text : '').not.toMatch(/"client"|"manager"/);
    expect(await refusal('SELECT amount FROM funnel')).toContain('42703');
    expect(await refusal('SELECT __voronka_1_0, MEASURE(close_rate) FROM funnel')).toContain('42703');
    expect(await refusal('SELECT row_to_json(f), MEASURE(f.close_rate) OVER () FROM funnel f')).toContain(
      '0A000',
    );
    expect(await refusal('SELECT t FROM (SELECT close_rate FROM funnel) t')).not.toContain(
      'not refused: SELECT t FROM (SELECT close_rate, ',
    );
  });

  it('has no condition of its own run on a row it may not see', async () => {
    const guess = "SELECT COUNT(*) FROM funnel WHERE 1 / (CASE WHEN manager = 'Clara' THEN 0 ELSE 1 END) = 1";
    expect(await rows(guess, MANAGER)).toEqual(await rows('SELECT COUNT(*) FROM funnel', MANAGER));
    await expect(rows(guess)).rejects.toThrow('division by zero');
  });
});

describe('the text', () => {
  it('keeps the parameters of the client, and takes none from Cube', async () => {
    const statement = 'SELECT $2::text, MEASURE(deals_won) FROM funnel WHERE source = $1';
    expect(await rows(statement, MANAGER, ['site', 'x'])).toEqual([['x', 0]]);
    expect(await rows(statement, EXECUTIVE, ['site', 'x'])).toEqual([['x', 2]]);
  });

  it('of a statement without a view is the same, byte for byte', async () => {
    for (const text of [
      'SELECT 1',
      'SHOW  search_path',
      'SELECT "Ё" /* é */ FROM pg_class -- x',
      'WITH funnel AS (SELECT 1 AS a) SELECT a FROM funnel',
    ]) {
      expect(await sql.rewrite(text, EXECUTIVE)).toMatchObject({ kind: 'rewritten', text, views: [] });
    }
  });

  it('writes values of the security context as literals that cannot end early', async () => {
    const context: SecurityContext = {
      role: 'manager',
      teams: [],
      managers: [`x') OR 1=1 --`, `\\'); DROP TABLE x; --`],
    };
    for (const setting of ['on', 'off']) {
      const outcome = await sql.rewrite('SELECT COUNT(*) FROM funnel', context);
      const client = await database.pool.connect();
      try {
        await client.query(`set standard_conforming_strings = ${setting}`);
        const result = await client.query(outcome.kind === 'rewritten' ? outcome.text : '');
        expect(result.rows).toEqual([{ count: '0' }]);
      } finally {
        client.release(true);
      }
    }
  });

  it('reads the query inside EXPLAIN, COPY, PREPARE and cursors', async () => {
    for (const text of [
      'EXPLAIN SELECT source FROM funnel',
      'COPY (SELECT source FROM funnel) TO STDOUT',
      'PREPARE p AS SELECT source FROM funnel',
      'DECLARE c CURSOR FOR SELECT source FROM funnel',
    ]) {
      const outcome = await sql.rewrite(text, EXECUTIVE);
      expect(outcome).toMatchObject({ kind: 'rewritten', views: ['funnel'] });
      expect(outcome.kind === 'rewritten' ? outcome.text : '').toContain('marts.fct_deal_events');
    }
    expect(await refusal('CREATE TABLE x AS SELECT source FROM funnel')).toContain('42501');
    expect(await refusal('SELECT source INTO x FROM funnel')).toContain('42501');
  });

  it('too deep to read is refused, not a crash', async () => {
    const deep = `SELECT ${'('.repeat(800)}SUM(won_amount)${' + 1)'.repeat(800)} FROM funnel`;
    expect(['rewritten', 'refused']).toContain((await sql.rewrite(deep, EXECUTIVE)).kind);
  });
});
