import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { scanSync } from 'libpg-query';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { SecurityContext } from '../../cube/access.ts';
import { parseStatements, SqlSyntaxError } from '../../cube/sql-api/parser.ts';
import { partsOf } from '../../cube/sql-api/rewrite/tree.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';
import {
  asBag,
  corpus,
  CORPUS,
  forOracle,
  narrowed,
  oracleModel,
  run,
  withoutDatabase,
} from './sql-rewrite-corpus.ts';
import { statements } from './sql-rewrite-grammar.ts';
import { EXECUTIVE, rewriterOverModel, type RewriterOverModel } from './sql-rewrite-model.ts';

const MANAGER: SecurityContext = { role: 'manager', teams: [], managers: ['female'] };
/** `VORONKA_FUZZ_RUNS=5000` looks longer. */
const RUNS = Number(process.env['VORONKA_FUZZ_RUNS'] ?? 100);
const VIEW_NAMES = /KibanaSampleDataEcommerce|Logs|NumberCube|WideCube|MultiTypeCube/i;
/** Another answer of the same statement is as right, or it depends on the moment. */
const UNDETERMINED =
  /limit|offset|fetch|over\s*\(|now\(|current_|local|random|explain|\*\s+from|string_agg|array_agg/i;

describe.skipIf(!existsSync(CORPUS))(
  'statements nobody wrote down (skipped where shared/data is absent)',
  () => {
    let oracle: TestDatabase;
    let marts: TestDatabase;
    let sql: RewriterOverModel;
    let aggregates: ReadonlyMap<string, string>;
    let front: pg.Client;
    /** Plain tables with all rows, and with a manager's. */
    const plain = new Map<SecurityContext, pg.Client>();

    beforeAll(async () => {
      const model = oracleModel();
      ({ aggregates } = model);
      oracle = await createTestDatabase('fuzz_oracle');
      const restricted = `${oracle.url}_manager`;
      marts = await createTestDatabase('fuzz_marts');
      await oracle.pool.query(model.tables);
      await oracle.pool.query(model.views);
      await oracle.pool.end();
      const admin = new pg.Client({ connectionString: process.env['VORONKA_TEST_DATABASE_URL'] ?? '' });
      await admin.connect();
      const name = new URL(oracle.url).pathname.slice(1);
      await admin.query(`create database ${name}_manager template ${name}`);
      await admin.end();
      await marts.pool.query(model.tables);
      sql = await rewriterOverModel(model.files, 'UTC');
      const connected = async (connectionString: string): Promise<pg.Client> => {
        const client = new pg.Client({ connectionString });
        await client.connect();
        await client.query("set timezone = 'UTC'");
        return client;
      };
      front = await connected(marts.url);
      plain.set(EXECUTIVE, await connected(oracle.url));
      const manager = await connected(restricted);
      await manager.query(`delete from src.ecommerce where customer_gender is distinct from 'female'`);
      await manager.query('truncate src.logs, src.numbers, src.multi');
      plain.set(MANAGER, manager);
    });
    afterAll(async () => {
      for (const client of [front, ...plain.values()]) await client.end();
      await marts.drop();
      await oracle.drop().catch(() => undefined);
    });

    /** What both sides say; undefined where there is nothing to compare. */
    async function compared(
      statement: string,
      context: SecurityContext,
    ): Promise<[string[], string[]] | undefined> {
      const client = plain.get(context);
      const outcome = await sql.rewrite(statement, context);
      if (client === undefined || outcome.kind === 'refused' || outcome.views.length === 0) return undefined;
      const wanted = await run(client, forOracle(statement, aggregates)).catch(() => undefined);
      if (wanted === undefined) return undefined;
      const rows = await run(front, outcome.text);
      return [asBag(rows), asBag(narrowed(wanted, rows))];
    }

    it('have the rows of plain tables with the rows a session may see, or are refused', async () => {
      let ran = 0;
      let all = 0;
      await fc.assert(
        fc.asyncProperty(statements, fc.constantFrom(EXECUTIVE, MANAGER), async (statement, context) => {
          all += 1;
          const both = await compared(statement, context);
          if (both === undefined) return;
          ran += 1;
          expect(both[0]).toEqual(both[1]);
        }),
        { numRuns: RUNS },
      );
      expect(ran / all).toBeGreaterThan(0.5);
    });

    it('broken from real ones crash nothing, name no other relation, and have no other rows', async () => {
      const real = corpus()
        .map((entry) => withoutDatabase(entry.sql))
        .filter((text) => VIEW_NAMES.test(text) && parses(text) !== undefined);
      const broken = fc
        .record({
          text: fc.constantFrom(...real),
          at: fc.nat(),
          other: fc.nat(),
          how: fc.constantFrom('drop', 'repeat', 'swap', 'rename', 'replace'),
          name: fc.constantFrom(
            'customer_gender',
            'count',
            '"maxPrice"',
            'measure',
            'NULL',
            '1',
            'src',
            '*',
            'id',
            '__user',
          ),
        })
        .map(({ text, at, other, how, name }) => breakIt(text, at, other, how, name));
      await fc.assert(
        fc.asyncProperty(broken, fc.constantFrom(EXECUTIVE, MANAGER), async (text, context) => {
          const statement = parses(text);
          if (statement === undefined) return;
          const outcome = await sql.rewrite(statement, context);
          if (outcome.kind === 'refused') return;
          const before = relations(statement);
          const named = [...relations(outcome.text)].filter((name) => !before.has(name));
          expect(named.filter((name) => !name.startsWith('src.'))).toEqual([]);
          const left = [...relations(outcome.text)].filter((name) => /^(public\.)?[^.:]+$/.test(name));
          expect(left.filter((name) => VIEW_NAMES.test(name))).toEqual([]);
          if (outcome.views.length === 0) expect(outcome.text).toBe(statement);
          if (UNDETERMINED.test(statement)) return;
          const both = await compared(statement, context);
          if (both !== undefined) expect(both[0]).toEqual(both[1]);
        }),
        { numRuns: 3 * RUNS },
      );
    });
  },
);

/** The only statement of a text, or undefined. */
function parses(text: string): string | undefined {
  try {
    const found = parseStatements(text);
    return found.length === 1 ? found[0]?.text : undefined;
  } catch (error) {
    if (error instanceof SqlSyntaxError) return undefined;
    throw error;
  }
}

function breakIt(text: string, at: number, other: number, how: string, name: string): string {
  const { tokens } = scanSync(text);
  const bytes = Buffer.from(text);
  const words = tokens
    .filter(({ tokenName }) => !tokenName.includes('COMMENT'))
    .map(({ start, end }) => bytes.toString('utf8', start, end));
  const index = at % words.length;
  const second = other % words.length;
  const [word = '', replaced = ''] = [words[index], words[second]];
  if (how === 'drop') words.splice(index, 1);
  else if (how === 'repeat') words.splice(second, 0, word);
  else if (how === 'swap') [words[index], words[second]] = [replaced, word];
  else if (how === 'rename') words[index] = replaced;
  else words[index] = name;
  return words.join(' ');
}

/** Relations a statement names, but for its own CTEs. */
function relations(text: string): Set<string> {
  const [statement] = parseStatements(text);
  const names = new Set<string>();
  const ctes = new Set<string>();
  if (statement === undefined) return names;
  for (const part of partsOf(statement.node)) {
    if (typeof part['ctename'] === 'string') ctes.add(part['ctename']);
  }
  for (const part of partsOf(statement.node)) {
    const { relname, schemaname } = part;
    if (typeof relname !== 'string') continue;
    const isCte = schemaname === undefined && ctes.has(relname);
    names.add(
      isCte ? `cte:${relname}` : typeof schemaname === 'string' ? `${schemaname}.${relname}` : relname,
    );
  }
  return names;
}
