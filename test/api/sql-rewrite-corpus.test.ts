import { existsSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseStatements } from '../../cube/sql-api/parser.ts';
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
  type CorpusStatement,
  type Rows,
} from './sql-rewrite-corpus.ts';
import { ANY_ROWS, REFUSED } from './sql-rewrite-exceptions.ts';
import { EXECUTIVE, rewriterOverModel, type RewriterOverModel } from './sql-rewrite-model.ts';

/** Tools of the promise; the names their drivers have in the corpus beside them. */
const PROMISED: Readonly<Record<string, readonly string[]>> = {
  metabase: ['metabase'],
  powerbi: ['powerbi', 'power_bi', 'npgsql'],
  superset: ['superset', 'preset', 'sqlalchemy'],
  tableau: ['tableau'],
  excel: ['excel', 'psqlodbc'],
  grafana: ['grafana'],
  dbeaver: ['dbeaver'],
  jdbc: ['pgjdbc'],
  psql: ['psql', 'pgcli'],
};

interface Verdict {
  readonly statement: CorpusStatement;
  readonly outcome: 'same' | 'refused' | 'different';
  readonly detail: string;
}

describe.skipIf(!existsSync(CORPUS))(
  'the corpus of BI statements (skipped where shared/data is absent)',
  () => {
    let oracle: TestDatabase;
    let marts: TestDatabase;
    let sql: RewriterOverModel;
    let verdicts: Verdict[];

    beforeAll(async () => {
      const model = oracleModel();
      oracle = await createTestDatabase('corpus_oracle');
      marts = await createTestDatabase('corpus_marts');
      await oracle.pool.query(model.tables);
      await oracle.pool.query(model.views);
      await marts.pool.query(model.tables);
      sql = await rewriterOverModel(model.files, 'UTC');
      const [plain, front] = await Promise.all(
        [oracle, marts].map(async ({ url }) => {
          const client = new pg.Client({ connectionString: url });
          await client.connect();
          await client.query("set timezone = 'UTC'");
          return client;
        }),
      );
      if (plain === undefined || front === undefined) throw new Error('no connections');
      verdicts = [];
      for (const statement of corpus()) {
        const expected = await onOracle(plain, statement.sql, model.aggregates);
        if (expected !== undefined) verdicts.push(await judge(front, statement, expected));
      }
      await plain.end();
      await front.end();
    });
    afterAll(async () => {
      await oracle.drop();
      await marts.drop();
    });

    /** Its rows, or undefined where the oracle cannot run it: another relation, another dialect, the session of another statement. */
    async function onOracle(
      client: pg.Client,
      text: string,
      aggregates: ReadonlyMap<string, string>,
    ): Promise<Rows | undefined> {
      try {
        const statement = withoutDatabase(text);
        return parseStatements(statement).length === 1
          ? await run(client, forOracle(statement, aggregates))
          : undefined;
      } catch {
        return undefined;
      }
    }

    async function judge(client: pg.Client, statement: CorpusStatement, expected: Rows): Promise<Verdict> {
      const text = withoutDatabase(statement.sql);
      const outcome = await sql.rewrite(text, EXECUTIVE);
      if (outcome.kind === 'refused') return { statement, outcome: 'refused', detail: outcome.reason };
      // What is no matter of views goes to the same Postgres either way.
      if (outcome.views.length === 0) {
        return {
          statement,
          outcome: outcome.text === parseStatements(text)[0]?.text ? 'same' : 'different',
          detail: 'touched',
        };
      }
      try {
        const rows = await run(client, outcome.text);
        const wanted = narrowed(expected, rows);
        const same = ANY_ROWS.some(({ part }) => text.includes(part))
          ? wanted.rows.length === rows.rows.length
          : JSON.stringify(asBag(wanted)) === JSON.stringify(asBag(rows));
        const detail = `${JSON.stringify(asBag(rows).slice(0, 3))} instead of ${JSON.stringify(asBag(wanted).slice(0, 3))}`;
        return { statement, outcome: same ? 'same' : 'different', detail };
      } catch (error) {
        return { statement, outcome: 'different', detail: `${(error as Error).message} in ${outcome.text}` };
      }
    }

    it('gets the rows of plain tables for every statement it runs', () => {
      const different = verdicts.filter(({ outcome }) => outcome === 'different');
      expect(
        different.map(({ statement, detail }) => `${statement.tool}: ${detail}\n${statement.sql}`),
      ).toEqual([]);
    });

    it('refuses only statements of the list, each for the reason written there', () => {
      const refused = verdicts.filter(({ outcome }) => outcome === 'refused');
      const unlisted = refused.filter(
        ({ statement, detail }) =>
          !REFUSED.some(({ part, reason }) => statement.sql.includes(part) && detail.includes(reason)),
      );
      expect(unlisted.map(({ statement, detail }) => `${detail}\n${statement.sql}`)).toEqual([]);
      const unused = REFUSED.filter(
        ({ part }) => !refused.some(({ statement }) => statement.sql.includes(part)),
      );
      expect(unused).toEqual([]);
    });

    it('runs at least 98 % of what plain tables can run, of the tools people use', () => {
      const share = (tools: readonly string[]): { ran: number; of: number } => {
        const of = verdicts.filter(({ statement }) => tools.includes(statement.tool));
        return { ran: of.filter(({ outcome }) => outcome === 'same').length, of: of.length };
      };
      const tools = [...new Set(verdicts.map(({ statement }) => statement.tool))].sort();
      console.table(Object.fromEntries(tools.map((tool) => [tool, share([tool])])));
      const promised = Object.values(PROMISED).map(share);
      const ran = promised.reduce((sum, tool) => sum + tool.ran, 0);
      const of = promised.reduce((sum, tool) => sum + tool.of, 0);
      console.log(`promised tools: ${ran} of ${of}`);
      expect(of).toBeGreaterThan(150);
      expect(ran / of).toBeGreaterThanOrEqual(0.98);
    });
  },
);
