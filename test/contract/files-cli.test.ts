import { mkdirSync, mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { describeKinds } from '../../pipelines/sources/files/describe-kinds.ts';
import { runCli, startCli } from '../harness/cli.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';

const folder = mkdtempSync(join(tmpdir(), 'voronka-files-cli-'));
let database: TestDatabase;
const run = (...args: string[]): ReturnType<typeof runCli> =>
  runCli(args, folder, { DATABASE_URL: database.url, VORONKA_CRASH_AT: undefined });
const put = (name: string, text: string): void => {
  writeFileSync(join(folder, 'tables', name), text);
  const hourAgo = Date.now() / 1_000 - 3_600;
  utimesSync(join(folder, 'tables', name), hourAgo, hourAgo);
};

beforeAll(async () => {
  database = await createTestDatabase();
  mkdirSync(join(folder, 'tables'));
  writeFileSync(
    join(folder, 'voronka.yaml'),
    `account: { name: T, time_zone: Europe/Moscow, currency: RUB }
sources:
  - { type: files, folder: tables, date_order: dmy }
schedule: { every: 1d }
`,
  );
});
afterAll(async () => {
  await database.drop();
  rmSync(folder, { recursive: true });
});

it('docs/files.md describes every column of every kind as the program reads it', () => {
  const docs = readFileSync(new URL('../../docs/files.md', import.meta.url), 'utf8');
  expect(docs.slice(docs.indexOf('### targets'))).toBe(`${describeKinds()}\n`);
});

describe('voronka files', () => {
  it('writes a template once, and knows its kinds', async () => {
    const written = await run('files', 'template', 'costs', '--format', 'csv', '--lang', 'en');
    expect(written.code, written.stderr).toBe(0);
    expect(readFileSync(join(folder, 'costs.csv'), 'utf8')).toMatch(/^\ufeffperiod;kind;category;amount;/);
    expect(await run('files', 'template', 'costs', '--format', 'csv')).toMatchObject({ code: 2 });
    const unknown = await run('files', 'template', 'salaries');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toMatch(/no kind "salaries". Kinds: targets, costs/);
  });

  it('checks without loading, and writes the problems as a table to send on', async () => {
    put('план.csv', 'Месяц;Менеджер;План\n01.2026;Анна;100\n31.02.2026;Анна;12ю0\n');
    const checked = await run('files', 'check', '--report', 'problems.csv');
    expect(checked.code).toBe(5);
    expect(checked.stdout).toMatch(/план\.csv: targets, 1 good, 1 bad/);
    expect(checked.stdout).toMatch(
      /план\.csv, row 3, column A «Период»: "31\.02\.2026" is a day that does not exist/,
    );
    const report = readFileSync(join(folder, 'problems.csv'), 'utf8').split('\r\n');
    expect(report[1]).toBe(
      'план.csv;;3;A «Период»;31.02.2026;is a day that does not exist: day 31, month 02, year 2026',
    );
    expect(report[2]).toBe('план.csv;;3;C «Сумма продаж»;12ю0;is not a number');
    const { rows } = await database.pool.query<{ table: string | null }>(
      `select to_regclass('raw.files__targets') as table`,
    );
    expect(rows[0]?.table).toBeNull();
    // A file that lies elsewhere.
    expect(await run('files', 'check', 'costs.csv')).toMatchObject({ code: 0 });
  });
});

it('killed while it loads, the next sync brings all in once; the build warns of what nobody knows, and the list says who is meant', async () => {
  const rows = Array.from({ length: 1_500 }, (_, at) => `01.2026;Manager ${at};${at + 1}`);
  put('план.csv', ['Месяц;Менеджер;План', ...rows, '31.02.2026;Анна;1', ''].join('\n'));
  const killed = await runCli(['sync'], folder, {
    DATABASE_URL: database.url,
    VORONKA_CRASH_AT: 'landing.ending:9',
  });
  expect(killed.code).toBeNull();
  const synced = await run('sync');
  expect(synced.code, synced.stderr).toBe(0);
  const counted = await database.pool.query<{ rows: string; sum: string; history: string }>(
    `select count(*) as rows, sum((payload #>> '{values,amount}')::numeric) as sum, (select count(*) from raw.files__targets__history) as history
     from raw.files__targets where not is_deleted`,
  );
  // 1 + 2 + … + 1,500
  expect(counted.rows[0]).toEqual({ rows: '1500', sum: '1125750', history: '0' });
  const built = await run('build');
  expect(built.code, built.stderr).toBe(0);
  expect(built.stderr).toMatch(/warning: test files_name_who_is_known found 1500 rows/);
  const issues = await run('files', 'issues', '--report', 'issues.xlsx');
  expect(issues.code).toBe(5);
  expect(issues.stdout).toMatch(
    /план\.csv, row 1502, column A «Период»: "31\.02\.2026" is a day that does not exist/,
  );
  expect(issues.stdout).toMatch(/план\.csv, row 2, column manager: "Manager 0" is no user of the CRM/);
  expect(readFileSync(join(folder, 'issues.xlsx')).subarray(0, 2).toString()).toBe('PK');
  const status = await run('status', '--json');
  const { streams } = JSON.parse(status.stdout) as {
    streams: { stream: string; rows: number; rejects: number }[];
  };
  expect(streams.find(({ stream }) => stream === 'targets')).toMatchObject({ rows: 1_500, rejects: 1 });
}, 180_000);

it('serve reads a file that changes and builds with it, without waiting for the schedule', async () => {
  const { child, ended } = startCli(['serve', '--port', '0'], folder, { DATABASE_URL: database.url });
  const known = async (): Promise<string[]> => {
    const { rows } = await database.pool.query<{ title: string }>('select title from marts.fct_trainings');
    return rows.map(({ title }) => title);
  };
  put('обучение.csv', 'Дата;Менеджер;Тема;Часы\n31.01.2026;Анна;Переговоры;2\n');
  await vi.waitFor(async () => expect(await known()).toEqual(['Переговоры']), {
    timeout: 150_000,
    interval: 500,
  });
  child.kill('SIGTERM');
  await ended;
}, 180_000);
