import { ProjectInvalidError } from '../errors.ts';
import { Relation, literal, quote } from '../jinja/relation.ts';
import type { UnitTestNode } from '../project/manifest.ts';
import type { BuildContext } from './build-context.ts';
import type { TestResult } from './report.ts';
import { recordTest } from './run-data-tests.ts';
import { runProjectSql } from './run-sql.ts';

type Rows = UnitTestNode['expect']['rows'];

/** dbt's unit tests: the model's SQL over the rows `given` must return the rows of `expect`. */
export async function runUnitTests(context: BuildContext): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const test of context.manifest.unitTests) {
    if (!context.built.has(test.model)) continue;
    const described = { name: test.name, model: test.model, severity: 'error', place: test.place } as const;
    results.push(await recordTest(context, described, () => runUnitTest(context, test)));
  }
  return results;
}

async function runUnitTest(
  context: BuildContext,
  test: UnitTestNode,
): Promise<Pick<TestResult, 'failures' | 'examples'>> {
  const { client, compiler } = context;
  const model = context.model(test.model);
  const subject = { what: `Unit test "${test.name}"`, file: test.place.file };
  const invalid = (message: string): ProjectInvalidError =>
    new ProjectInvalidError([{ ...test.place, message: `unit test ${test.name}: ${message}` }]);

  /** A table with the columns of `like`, holding `rows`; columns they leave out are null. */
  const fixture = async (
    name: string,
    like: Relation,
    rows: Rows,
    format: 'dict' | 'csv' | 'sql',
  ): Promise<Relation> => {
    const table = new Relation('pg_temp', name);
    if (format === 'csv') throw invalid('rows in csv are not supported, write them as dict or sql');
    if (typeof rows === 'string') {
      await runProjectSql(client, subject, rows, `create temporary table ${quote(name)} as\n`);
      return table;
    }
    await client.query(`create temporary table ${quote(name)} as select * from ${String(like)} limit 0`);
    for (const row of rows ?? []) {
      const columns = Object.keys(row).map(quote).join(', ');
      const values = Object.values(row).map(sqlValue).join(', ');
      await runProjectSql(client, subject, `insert into ${String(table)} (${columns}) values (${values})`);
    }
    return table;
  };

  const given = new Map<string, Relation>();
  for (const [index, { input, rows, format }] of test.given.entries()) {
    const [, kind, first = '', second] =
      /^\s*(?:(ref|source)\s*\(\s*['"]([^'"]+)['"]\s*(?:,\s*['"]([^'"]+)['"]\s*)?\)|this)\s*$/.exec(input) ??
      [];
    const key =
      kind === 'source'
        ? `source ${first}.${second ?? ''}`
        : kind === 'ref'
          ? `ref ${second ?? first}`
          : 'this';
    const like =
      kind === 'source'
        ? context.manifest.sources.get(`${first}.${second ?? ''}`)?.relation
        : context.relationOf(kind === 'ref' ? (second ?? first) : test.model);
    if (like === undefined) throw invalid(`${input} is not declared`);
    given.set(key, await fixture(`unit_given_${index}`, like, rows, format));
  }
  const take = (key: string): Relation => {
    const relation = given.get(key);
    if (relation === undefined) throw invalid(`the model reads ${key}, which is not given`);
    return relation;
  };

  const sql = compiler.model(model, {
    relationOf: (name) => take(`ref ${name}`),
    sourceRelation: (key) => take(`source ${key}`),
    self: given.get('this') ?? model.relation,
    ...(test.overrides?.vars && { vars: test.overrides.vars }),
    ...(test.overrides?.macros && { macroOverrides: test.overrides.macros }),
  });
  await runProjectSql(client, subject, sql, 'create temporary table unit_actual as\n');
  const actual = new Relation('pg_temp', 'unit_actual');
  const expected = await fixture('unit_expected', actual, test.expect.rows, test.expect.format);

  const listed = typeof test.expect.rows === 'string' ? [] : (test.expect.rows ?? []);
  const columns = [...new Set(listed.flatMap((row) => Object.keys(row)))].map(quote).join(', ') || '*';
  const { rows: differences } = await client.query<{ example: Record<string, unknown> }>(
    `select jsonb_build_object('expected_but_missing', to_jsonb(a)) as example
       from (select ${columns} from ${String(expected)} except all select ${columns} from ${String(actual)}) as a
     union all
     select jsonb_build_object('returned_but_unexpected', to_jsonb(b))
       from (select ${columns} from ${String(actual)} except all select ${columns} from ${String(expected)}) as b`,
  );
  return { failures: differences.length, examples: differences.slice(0, 10).map(({ example }) => example) };
}

/** Untyped literals: Postgres reads them as the column's type, as dbt's casts do. */
function sqlValue(value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (value instanceof Date) return literal(value.toISOString());
  return literal(typeof value === 'object' ? JSON.stringify(value) : `${value as string | number | boolean}`);
}
