import { ModelSqlError, type Place } from '../errors.ts';
import type { DataTest } from '../project/manifest.ts';
import type { BuildContext } from './build-context.ts';
import type { TestResult } from './report.ts';
import { runProjectSql } from './run-sql.ts';

const EXAMPLES = 10;

/** Runs the tests that read a model of this build (on a build of everything: all), on what is about to be published. */
export async function runDataTests(context: BuildContext, isWholeProject: boolean): Promise<TestResult[]> {
  const results: TestResult[] = [];
  for (const test of context.manifest.tests) {
    const concerned = isWholeProject || test.refs.some((ref) => context.built.has(ref));
    if (concerned) results.push(await runDataTest(context, test));
  }
  return results;
}

async function runDataTest(context: BuildContext, test: DataTest): Promise<TestResult> {
  const { client } = context;
  return recordTest(context, { ...test, model: test.model ?? null }, async () => {
    const sql = context.compiler.test(test, context.relationOf);
    const subject = { what: `Test "${test.name}"`, file: test.place.file };
    const count = await runProjectSql<{ failures: string }>(
      client,
      subject,
      sql,
      'select count(*) as failures from (\n',
      '\n) as failing',
    );
    const failures = Number(count.rows[0]?.failures ?? 0);
    if (failures === 0) return { failures, examples: [] };
    const { rows } = await client.query<{ example: Record<string, unknown> }>(
      `select to_jsonb(failing) as example from (\n${sql}\n) as failing limit ${EXAMPLES}`,
    );
    return { failures, examples: rows.map(({ example }) => example) };
  });
}

/** Runs a test within a savepoint: what it creates goes with it, and its error does not end the build's transaction. */
export async function recordTest(
  { client }: Pick<BuildContext, 'client'>,
  test: {
    readonly name: string;
    readonly model: string | null;
    readonly severity: 'error' | 'warn';
    readonly place: Place;
  },
  run: () => Promise<Pick<TestResult, 'failures' | 'examples'>>,
): Promise<TestResult> {
  const started = performance.now();
  const { name, model, severity, place } = test;
  const done = (outcome: Pick<TestResult, 'status' | 'failures' | 'examples' | 'error'>): TestResult => ({
    ...{ name, model, severity, place, ...outcome },
    ms: performance.now() - started,
  });
  await client.query('savepoint test');
  try {
    const { failures, examples } = await run();
    const status = failures === 0 ? 'passed' : severity === 'warn' ? 'warned' : 'failed';
    return done({ status, failures, examples, error: null });
  } catch (error) {
    if (!(error instanceof ModelSqlError)) throw error;
    return done({ status: 'broken', failures: 0, examples: [], error: error.message });
  } finally {
    // On a lost connection this fails too; the error that is on its way says it better.
    await client.query('rollback to savepoint test; release savepoint test').catch(() => undefined);
  }
}
