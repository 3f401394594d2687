import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import type { FuncCall } from 'libpg-query';
import type pg from 'pg';

import type { ModelFile } from '../../cube/model-files.ts';
import { parseStatements } from '../../cube/sql-api/parser.ts';
import { SourceText } from '../../cube/sql-api/rewrite/source-text.ts';
import { functionName, isPart, partsOf, strings, withoutCasts } from '../../cube/sql-api/rewrite/tree.ts';

export const CORPUS = path.resolve(import.meta.dirname, '../../../shared/data/bi_queries');

export interface CorpusStatement {
  readonly tool: string;
  readonly kind: string;
  readonly source: string;
  readonly sql: string;
}

export function corpus(): CorpusStatement[] {
  return JSON.parse(readFileSync(path.join(CORPUS, 'statements.json'), 'utf8')) as CorpusStatement[];
}

export interface OracleModel {
  /** Makes the source tables. */
  readonly tables: string;
  /** Makes, over them, plain views with the names and columns of the model's. */
  readonly views: string;
  /** The cubes, private, under a view each that carries the cube's name. */
  readonly files: readonly ModelFile[];
  /** The aggregate of each measure, by its name in lower case. */
  readonly aggregates: ReadonlyMap<string, string>;
}

/** A manager sees customers of their own gender, and of the other cubes nothing. */
const policy = (name: string): string => `
    access_policy:
      - group: executive
        row_level: { allow_all: true }
${
  name === 'KibanaSampleDataEcommerce'
    ? `      - group: manager
        row_level:
          filters:
            - { member: customer_gender, operator: equals, values: '{ securityContext.managers }' }
`
    : ''
}`;

/** Runs the generator that comes with the corpus. It makes public cubes; here a view with a policy stands before each. */
export function oracleModel(): OracleModel {
  const folder = mkdtempSync(path.join(tmpdir(), 'voronka-corpus-'));
  try {
    execFileSync(process.execPath, [path.join(CORPUS, 'oracle', 'gen.mjs')], { cwd: folder });
    const aggregates = new Map<string, string>();
    const files = readdirSync(path.join(folder, 'model')).map((fileName): ModelFile => {
      const name = fileName.replace('.yml', '');
      const cube = readFileSync(path.join(folder, 'model', fileName), 'utf8');
      const measures = cube.slice(cube.indexOf('measures:'));
      for (const [, member = '', type = ''] of measures.matchAll(/- name: (\w+)\n\s+type: (\w+)/g)) {
        aggregates.set(member.toLowerCase(), type);
      }
      const content = cube
        .replace(/^ {2}- name: (\w+)$/m, '  - name: base_$1\n    public: false')
        .replace(
          /- name: KibanaSampleDataEcommerce\n(\s+sql: )/,
          '- name: base_KibanaSampleDataEcommerce\n$1',
        )
        .replaceAll('{KibanaSampleDataEcommerce}', '{base_KibanaSampleDataEcommerce}');
      const view = `views:\n  - name: ${name}\n    cubes:\n      - join_path: base_${name}\n        includes: '*'\n${policy(name)}`;
      return { fileName, content: `${content}\n${view}` };
    });
    return {
      tables: readFileSync(path.join(CORPUS, 'oracle', 'tables.sql'), 'utf8'),
      views: readFileSync(path.join(folder, 'oracle.sql'), 'utf8')
        .replaceAll('view oracle.', 'view public.')
        .replaceAll('from oracle.', 'from public.'),
      files,
      aggregates,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Some statements name a database, each its own; Postgres allows the connected one alone. */
export const withoutDatabase = (sql: string): string =>
  sql.replace(/"(db|database|ovr|tpch5k)"\.(?="public")/g, '');

/** A statement for the oracle: `MEASURE(x)` written out as the measure's aggregate. */
export function forOracle(sql: string, aggregates: ReadonlyMap<string, string>): string {
  const [statement] = parseStatements(sql);
  if (statement === undefined) return sql;
  const text = new SourceText(statement.text);
  for (const part of partsOf(statement.node)) {
    if (!isPart(part['FuncCall'])) continue;
    const call = part['FuncCall'] as FuncCall;
    if (functionName(call) !== 'measure') continue;
    const argument = withoutCasts(call.args?.[0]);
    const name =
      argument !== undefined && 'ColumnRef' in argument ? strings(argument.ColumnRef.fields).at(-1) : '';
    const aggregate = aggregates.get((name ?? '').toLowerCase()) ?? 'measure';
    const from = call.location ?? 0;
    text.replace(
      from,
      text.call(from).open + 1,
      aggregate === 'count_distinct' ? 'count(distinct ' : `${aggregate}(`,
    );
  }
  return text.render();
}

export interface Rows {
  readonly names: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** Runs one statement in a transaction of its own that is rolled back; values as comparable texts. */
export async function run(client: pg.Client, sql: string): Promise<Rows> {
  await client.query('begin read only');
  try {
    await client.query("set local statement_timeout = '20s'");
    const result = await client.query({ text: sql, rowMode: 'array' });
    const last = (Array.isArray(result) ? result.at(-1) : result) as pg.QueryArrayResult;
    return {
      names: (last.fields ?? []).map(({ name }) => name),
      rows: (last.rows ?? []).map((row) => row.map(comparable)),
    };
  } finally {
    await client.query('rollback');
  }
}

/** Sums of floating point numbers depend on the order of rows in their last digits, and numeric writes zeros at the end. */
function comparable(value: unknown): string {
  if (value === null) return '∅';
  if (value instanceof Date) return value.toISOString();
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text).toPrecision(10) : text;
}

/** The rows of `wide` with the columns of `narrow`, by name: the oracle's `*` has columns of its own. */
export function narrowed(wide: Rows, narrow: Rows): Rows {
  if (wide.names.length === narrow.names.length) return wide;
  const indexes = narrow.names.map((name) => wide.names.indexOf(name));
  return { names: narrow.names, rows: wide.rows.map((row) => indexes.map((index) => row[index] ?? '?')) };
}

export const asBag = ({ rows }: Rows): string[] => rows.map((row) => row.join('\u0001')).sort();
