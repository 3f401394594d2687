import { createHash } from 'node:crypto';
import { ModelSqlError, type Place } from '../errors.ts';
import type { DataTest } from '../project/manifest.ts';
import type { BuildContext } from './build-context.ts';
import { clockOfSql, isPast } from './changes.ts';
import { countSql } from './count-failures.ts';
import { narrowedSql } from './narrow-test.ts';
import { passedBefore, type PastTests } from './past-tests.ts';
import type { TestResult } from './report.ts';
import { runProjectSql } from './run-sql.ts';
import { ViewChanges } from './view-changes.ts';

const EXAMPLES = 10;
/** Tests asked in one statement. */
const BATCH = 50;

interface Asked {
  readonly test: DataTest;
  readonly fingerprint: string;
  /** Over everything. */
  readonly sql: string;
  /** What is asked first: the same, or over the changed rows alone where that is as strong. */
  readonly first: string;
}

/**
 * Runs the tests that read a model of this build (on a build of everything: all), on what is about to be published. What passed before on
 * rows that have not changed passes again; the rest is counted, many tests in one statement, and only what fails is looked at.
 */
export async function runDataTests(context: BuildContext, isWholeProject: boolean): Promise<TestResult[]> {
  const past = await passedBefore(context);
  const results = new Map<DataTest, TestResult>();
  const asked: Asked[] = [];
  const concerned = context.manifest.tests.filter(
    (test) => isWholeProject || test.refs.some((ref) => context.built.has(ref)),
  );
  const changes = past && new ViewChanges(context, past.through);
  for (const test of concerned) {
    const published = context.compiler.test(test, (name) => context.model(name).relation);
    const fingerprint = createHash('md5').update(published).digest('hex');
    const hasPassed = past?.passed.get(test.name) === fingerprint;
    const passed = (): TestResult => ({
      ...{ name: test.name, model: test.model ?? null, severity: test.severity, place: test.place },
      ...{ status: 'passed', failures: 0, examples: [], error: null, ms: 0, fingerprint },
    });
    if (hasPassed && past !== undefined && isUntouched(context, test, past, published)) {
      results.set(test, passed());
      continue;
    }
    const narrowed = await narrowedSql(context, test, hasPassed ? changes : undefined);
    if (narrowed === null) {
      results.set(test, passed());
      continue;
    }
    const sql = context.compiler.test(test, context.relationOf);
    asked.push({ test, fingerprint, sql, first: narrowed ?? sql });
  }
  for (let from = 0; from < asked.length; from += BATCH) {
    for (const [test, result] of await runBatch(context, asked.slice(from, from + BATCH)))
      results.set(test, result);
  }
  return concerned.flatMap((test) => results.get(test) ?? []);
}

function isUntouched(context: BuildContext, test: DataTest, past: PastTests, sql: string): boolean {
  return !isPast(clockOfSql(sql), past) && !context.changes.inputs(context, test, past);
}

/** All at once; those that fail, and all of them when the statement itself fails, once more one by one. */
async function runBatch(
  context: BuildContext,
  batch: readonly Asked[],
): Promise<ReadonlyMap<DataTest, TestResult>> {
  const started = performance.now();
  const counts = await countAll(context, batch);
  const ms = (performance.now() - started) / batch.length;
  const results = new Map<DataTest, TestResult>();
  for (const [index, { test, fingerprint, sql }] of batch.entries()) {
    if (counts?.get(index) === 0) {
      results.set(test, {
        ...{ name: test.name, model: test.model ?? null, severity: test.severity, place: test.place },
        ...{ status: 'passed', failures: 0, examples: [], error: null, ms, fingerprint },
      });
      continue;
    }
    const result = await recordTest(context, { ...test, model: test.model ?? null }, () =>
      look(context, test, sql),
    );
    results.set(test, { ...result, fingerprint });
  }
  return results;
}

/** @returns failing rows by the test's place in the batch, or undefined when some test's own SQL is wrong. */
async function countAll(
  { client }: BuildContext,
  batch: readonly Asked[],
): Promise<ReadonlyMap<number, number> | undefined> {
  const sql = countSql(batch.map(({ first }) => first));
  await client.query('savepoint test');
  try {
    const { rows } = await runProjectSql<{ place: number; failures: string }>(
      client,
      { what: 'Tests', file: batch[0]?.test.place.file ?? '' },
      sql,
    );
    return new Map(rows.map(({ place, failures }) => [place, Number(failures)]));
  } catch (error) {
    if (!(error instanceof ModelSqlError)) throw error;
    return undefined;
  } finally {
    await client.query('rollback to savepoint test; release savepoint test').catch(() => undefined);
  }
}

async function look(
  { client }: BuildContext,
  test: DataTest,
  sql: string,
): Promise<Pick<TestResult, 'failures' | 'examples'>> {
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
