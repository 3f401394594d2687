import { execFile, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { sqlApiOverMarts, USERS, type SqlApiOverMarts } from './sql-api-harness.ts';

const run = promisify(execFile);
const works = (command: string, ...args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;
const PYTHON = '/usr/bin/python3';
const DRIVER = '/usr/share/java/postgresql.jar';
const hasPsql = works('psql', '--version');
const hasJava = existsSync(DRIVER) && works('javac', '-version');
const hasOdbc =
  works(PYTHON, '-c', 'import pyodbc') && works('odbcinst', '-q', '-d', '-n', 'PostgreSQL Unicode');
const hasAlchemy = works(PYTHON, '-c', 'import sqlalchemy, psycopg2');
const CORPUS = path.resolve(import.meta.dirname, '../../../shared/data/bi_queries/statements.json');
const clientFile = (name: string): string => path.join(import.meta.dirname, 'sql-api-clients', name);

let over: SqlApiOverMarts;
/** What every client is to find, asked for through node-postgres and REST. */
let views: string;
let taskColumns: string;

beforeAll(async () => {
  over = await sqlApiOverMarts();
  const meta = (await over.get('/meta')).body as unknown as {
    cubes: { name: string; dimensions: { name: string }[]; measures: { name: string }[] }[];
  };
  views = meta.cubes
    .map(({ name }) => name)
    .sort()
    .join(',');
  const tasks = meta.cubes.find(({ name }) => name === 'tasks')!;
  taskColumns = [...tasks.dimensions, ...tasks.measures]
    .map(({ name }) => name.slice('tasks.'.length))
    .join(',');
});
afterAll(async () => {
  expect(over.serverErrors).toEqual([]);
  await over.close();
});

/** The lines a client printed, by their first word. */
async function said(command: string, ...args: string[]): Promise<Map<string, string>> {
  const { stdout } = await run(command, args, { timeout: 120_000 });
  return new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => [line.slice(0, line.indexOf(' ')), line.slice(line.indexOf(' ') + 1)]),
  );
}

describe.skipIf(!hasPsql)('psql (Debian: postgresql-client)', () => {
  it('lists and describes with its backslash commands, queries, copies out', async () => {
    const psql = async (...commands: string[]): Promise<string> =>
      (
        await run('psql', [
          over.url(),
          '-XAt',
          '-v',
          'ON_ERROR_STOP=1',
          ...commands.flatMap((one) => ['-c', one]),
        ])
      ).stdout;
    expect(
      (await psql('\\dt'))
        .trim()
        .split('\n')
        .map((line) => line.split('|')[1])
        .join(','),
    ).toBe(views);
    expect(await psql('\\d deals')).toMatch(/^deal_id\|text\|/);
    expect(await psql('\\d+ deals')).toContain('Deal id. Key of the deal');
    for (const command of [
      '\\d',
      '\\dn',
      '\\dv',
      '\\df',
      '\\du',
      '\\dT',
      '\\dx',
      '\\dp',
      '\\di',
      '\\ds',
      '\\dd',
      '\\conninfo',
      '\\dt *.*',
    ]) {
      await psql(command);
    }
    expect(
      await psql('\\copy (select manager, measure(deals_count) from deals group by 1 order by 1) to stdout'),
    ).toBe('Anna\t1\nBoris\t3\nClara\t3\n');
    const described = await psql(
      `select format_type(atttypid, atttypmod) from pg_attribute where attrelid = 'deals'::regclass and attnum > 0 order by attnum`,
    );
    const { stdout } = await run('bash', [
      '-c',
      `echo 'select * from deals \\gdesc' | psql '${over.url()}' -XAt`,
    ]);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => line.split('|')[1]),
    ).toEqual(described.trim().split('\n'));
  });
});

describe.skipIf(!hasJava)('pgjdbc (Debian: libpostgresql-jdbc-java, openjdk-17-jdk-headless)', () => {
  it('asks for all of DatabaseMetaData, prepares, fetches by parts, rolls back to a savepoint, cancels', async () => {
    const { name, password } = USERS.executive;
    const lines = await said(
      'java',
      '-Xmx256m',
      '-cp',
      DRIVER,
      clientFile('Tour.java'),
      `jdbc:postgresql://127.0.0.1:${over.sql.port}/voronka`,
      name,
      password,
    );
    expect(lines.get('valid')).toBe('true');
    expect(lines.get('schemas')).toBe('information_schema,pg_catalog,public');
    expect(lines.get('tables')).toBe(views);
    expect(lines.get('all')).toBe('tables of others 0');
    expect(lines.get('columns')).toBe(taskColumns);
    expect(lines.get('remarks')).toBe('true');
    // Both the first time as text and the eighth in binary.
    expect(lines.get('prepared')).toBe(
      'Boris 0.0 3 2025-02-28 23:30:00.0;Clara 70000.0 3 2025-04-01 00:30:00.0;',
    );
    expect(lines.get('shape')).toMatch(/^text \w+ false \[\]$/);
    expect(lines.get('fetched')).toBe('7');
    expect(lines.get('refused')).toBe('42501');
    expect(lines.get('after')).toBe('3');
    expect(lines.get('cancelled')).toBe('57014');
  });
});

describe.skipIf(!hasOdbc)('psqlodbc (Debian: odbc-postgresql, unixodbc, python3-pyodbc)', () => {
  it.each([0, 1])(
    'lists, queries and goes on after an error, with UseDeclareFetch=%i',
    async (declareFetch) => {
      const { name, password } = USERS.executive;
      const lines = await said(
        PYTHON,
        clientFile('tour.py'),
        `Driver=PostgreSQL Unicode;Server=127.0.0.1;Port=${over.sql.port};Database=voronka;Uid=${name};Pwd={${password}};UseDeclareFetch=${declareFetch};Fetch=50`,
      );
      expect(Object.fromEntries(lines)).toEqual({
        tables: views,
        columns: taskColumns,
        rows: `[('Boris', 3), ('Clara', 3)]`,
        many: '2100',
        refused: '42501',
        after: '3',
      });
    },
  );
});

describe.skipIf(!hasAlchemy)('SQLAlchemy (Debian: python3-sqlalchemy, python3-psycopg2)', () => {
  it('reflects every table and asks through what it reflected', async () => {
    const lines = await said(
      PYTHON,
      clientFile('tour.py'),
      over.url().replace('postgres:', 'postgresql+psycopg2:'),
    );
    expect(Object.fromEntries(lines)).toEqual({
      schemas: 'information_schema,public',
      tables: views,
      views: '',
      columns: taskColumns,
      keys: '[] [] []',
      comment: 'True',
      rows: `[('Anna', 0.0), ('Boris', 0.0), ('Clara', 70000.0)]`,
    });
  });
});

interface Statement {
  readonly tool: string;
  readonly sql: string;
}

/** Wanted by Cube's own tests, and refused here: a temporary table, and a catalog table that Postgres itself keeps closed. */
const NOT_HERE = /CREATE TEMPORARY TABLE|pg_user_mapping/i;

describe.skipIf(!existsSync(CORPUS))('what tools ask the catalog (../shared/data/bi_queries)', () => {
  it('is answered whenever Postgres itself has an answer', async () => {
    const statements = (JSON.parse(readFileSync(CORPUS, 'utf8')) as Statement[]).filter(
      ({ sql }) => !/kibana|logs\b|numbercube|widecube|multitype/i.test(sql),
    );
    const [front, owner] = [over.url(), over.database.url].map(
      (connectionString) => new pg.Client({ connectionString }),
    );
    await Promise.all([front!.connect(), owner!.connect()]);
    const outcome = async (client: pg.Client, sql: string): Promise<string> => {
      try {
        await client.query('begin');
        await client.query(sql);
        return 'answered';
      } catch (error) {
        return (error as Error).message;
      } finally {
        await client.query('rollback');
      }
    };
    const lost: string[] = [];
    let answered = 0;
    for (const { tool, sql } of statements.filter((one) => !NOT_HERE.test(one.sql))) {
      if ((await outcome(owner!, sql)) !== 'answered') continue;
      const here = await outcome(front!, sql);
      if (here === 'answered') answered += 1;
      else lost.push(`${tool}: ${here}: ${sql}`);
    }
    await Promise.all([front!.end(), owner!.end()]);
    expect(lost).toEqual([]);
    expect(answered).toBeGreaterThan(200);
  });
});
