import type { Client } from 'pg';
import { crashPoint } from '../../crash-points.ts';
import type { IdentityKey } from '../../identity/index.ts';
import { Compiler } from '../compile/compiler.ts';
import { fingerprints } from '../compile/fingerprints.ts';
import { selectModels } from '../graph/select.ts';
import type { Manifest, ModelNode } from '../project/manifest.ts';
import { parseProject } from '../project/parse-project.ts';
import { ASIDE_SCHEMA, BuildContext } from './build-context.ts';
import { takeBuildLock } from './build-lock.ts';
import { analyzeSources } from './analyze-sources.ts';
import { buildModel } from './build-model.ts';
import { Changes } from './changes.ts';
import { connect, connectionLost, type Database } from './connection.ts';
import { fillLookupOf, identityKeyFor } from './fill-lookups.ts';
import { Journal } from './journal.ts';
import { configurationHashes, readModelStates, writeModelStates, type ModelState } from './model-states.ts';
import { publish } from './publish.ts';
import { Published } from './published.ts';
import { DataTestsFailedError, type BuildReport, type ModelMode, type ModelResult } from './report.ts';
import { runDataTests } from './run-data-tests.ts';
import { runUnitTests } from './run-unit-tests.ts';
import { readWatermark } from './watermark.ts';

export interface BuildEvent {
  readonly model: string;
  readonly status: 'started' | 'finished';
  readonly mode: ModelMode;
  /** 1-based place of the model among those of this build. */
  readonly index: number;
  readonly of: number;
  readonly rows?: number;
  readonly ms?: number;
}

export type BuildOptions = Database & {
  /** Folder of dbt_project.yml. */
  readonly projectDir: string;
  /** Override the vars of dbt_project.yml. */
  readonly vars?: Readonly<Record<string, unknown>>;
  /** Build incremental models from nothing. */
  readonly full?: boolean;
  /** dbt's selection syntax; everything when absent. */
  readonly select?: string;
  readonly onProgress?: (event: BuildEvent) => void;
  /** Waits and fallbacks worth telling, and what models say with log(). */
  readonly onNotice?: (message: string) => void;
  /** How long to wait for another build to end (default 10 min). */
  readonly lockWaitMs?: number;
  /** How long to wait for readers before rows are replaced in place (default 15 s). */
  readonly swapPatienceMs?: number;
  /** How long to wait for readers when the columns changed and only a swap will do (default 10 min). */
  readonly publishTimeoutMs?: number;
};

/**
 * Builds, audits and publishes the models of a dbt project, in one transaction on one snapshot of the data: readers see
 * the previous build until everything has been built and every test of severity `error` has passed, then all of the new
 * one. One build of a database runs at a time; each is on record in ops.builds.
 *
 * @throws ProjectInvalidError and the like before the database is touched; BuildBusyError; ModelSqlError;
 *   SourceMissingError; DataTestsFailedError; PublishBlockedError; DependentsError; BuildConnectionLostError.
 */
export async function runBuild(options: BuildOptions): Promise<BuildReport> {
  const started = performance.now();
  const notice = options.onNotice ?? (() => undefined);
  const isFull = options.full ?? false;
  const manifest = await parseProject(options.projectDir, {
    vars: options.vars,
    fullRefresh: isFull,
    log: notice,
  });
  const selected = selectModels(manifest, options.select);

  const client = await connect(options, 'voronka build');
  const recorder = await connect(options, 'voronka build (journal)').catch(async (error: unknown) => {
    await client.end();
    throw error;
  });
  try {
    await takeBuildLock(client, options.lockWaitMs ?? 600_000, () =>
      notice('waiting for another build to end'),
    );
    const journal = await Journal.start(recorder, {
      project: manifest.projectName,
      isFull,
      selector: options.select,
    });
    try {
      return await build(client, journal, manifest, selected, options, started);
    } catch (error) {
      await client.query('rollback').catch(() => undefined);
      const known = connectionLost(error) ?? error;
      // When the server itself is gone the row stays `running`; the next build marks it interrupted.
      await journal.failed(known).catch(() => undefined);
      throw known;
    }
  } finally {
    await Promise.all([client.end().catch(() => undefined), recorder.end().catch(() => undefined)]);
  }
}

async function build(
  client: Client,
  journal: Journal,
  manifest: Manifest,
  selected: ReadonlySet<string>,
  options: BuildOptions,
  started: number,
): Promise<BuildReport> {
  // Outside of the transaction, so that its snapshot is not held up. Loads are too sudden for autovacuum's minute.
  await analyzeSources(journal.client, manifest);
  const identityKey = await identityKeyFor(journal.client, manifest);
  // The settings are the transaction's: a role's own time-outs are meant for its short statements.
  await client.query(
    `begin isolation level repeatable read;
     set local statement_timeout = 0; set local lock_timeout = 0; set local idle_in_transaction_session_timeout = 0`,
  );
  const watermark = await readWatermark(client);
  const states = await readModelStates(client, manifest.projectName);
  const compiler = new Compiler(manifest, options.onNotice);
  const published = await Published.read(client, schemasOf(manifest, states));
  const hashes = await configurationHashes(client, manifest.sources, published);
  const context = new BuildContext({
    client,
    manifest,
    compiler,
    journal,
    watermark,
    states,
    fingerprints: fingerprints(manifest, compiler, hashes),
    isFull: options.full ?? false,
    published,
    changes: await Changes.read(client, manifest.sources, published, hashes),
  });
  await client.query(`create schema ${ASIDE_SCHEMA}`);

  const models = await buildModels(context, buildOrder(context, selected), options, identityKey);
  const isWhole = selected.size === manifest.models.size;
  const tests = [...(await runUnitTests(context)), ...(await runDataTests(context, isWhole))];
  await journal.tests(tests);
  const report = (): BuildReport => ({
    buildId: journal.buildId,
    models,
    tests,
    ms: performance.now() - started,
  });
  if (tests.some(({ status }) => status === 'failed' || status === 'broken'))
    throw new DataTestsFailedError(report());

  await writeModelStates(context);
  await client.query(
    `update ops.builds set status = 'succeeded', finished_at = clock_timestamp(), built_through = $2::xid8, system_identifier = $3
     where build_id = $1`,
    [journal.buildId, watermark.through, watermark.systemIdentifier],
  );
  crashPoint('build.publishing');
  await publish(context, {
    swapPatienceMs: options.swapPatienceMs ?? 15_000,
    publishTimeoutMs: options.publishTimeoutMs ?? 600_000,
    onNotice: options.onNotice ?? (() => undefined),
  });
  crashPoint('build.published');
  await client.query('commit');
  return report();
}

async function buildModels(
  context: BuildContext,
  order: readonly ModelNode[],
  options: BuildOptions,
  identityKey: IdentityKey | undefined,
): Promise<ModelResult[]> {
  const results: ModelResult[] = [];
  const kept: ModelResult[] = [];
  for (const [position, model] of order.entries()) {
    const { materialized } = model.config;
    if (materialized === 'ephemeral') continue;
    const began = performance.now();
    const place = { model: model.name, index: position + 1, of: order.length };
    const { mode, rows, isKept } = await buildModel(context, model, (mode) => {
      context.journal.modelStarted(model.name, materialized, mode);
      options.onProgress?.({ ...place, status: 'started', mode });
    });
    if (isKept === true) options.onProgress?.({ ...place, status: 'started', mode });
    await fillLookupOf(context, model, identityKey);
    const ms = performance.now() - began;
    const result = { name: model.name, materialized, mode, rows, ms };
    if (isKept === true) kept.push(result);
    else context.journal.modelFinished(model.name, rows);
    results.push(result);
    options.onProgress?.({ ...place, status: 'finished', mode, ms, ...(rows !== null && { rows }) });
  }
  context.journal.modelsKept(kept);
  return results;
}

/**
 * The chosen models, parents first, and the published views that read them, directly or through other views: a view is
 * bound to the very table it was made over and would go with it.
 */
function buildOrder(context: BuildContext, selected: ReadonlySet<string>): ModelNode[] {
  const chosen = new Set(selected);
  const order: ModelNode[] = [];
  for (const model of context.manifest.models.values()) {
    const isView = model.config.materialized === 'view';
    if (!chosen.has(model.name) && isView && model.refs.some((ref) => isBelow(context, chosen, ref))) {
      if (context.published.find(model.relation) !== undefined) chosen.add(model.name);
    }
    if (chosen.has(model.name) && model.config.materialized !== 'ephemeral') order.push(model);
  }
  return order;
}

function isBelow(context: BuildContext, chosen: ReadonlySet<string>, name: string): boolean {
  if (chosen.has(name)) return true;
  const model = context.model(name);
  return model.config.materialized === 'ephemeral' && model.refs.some((ref) => isBelow(context, chosen, ref));
}

/** Where the project's models live or lived, and what they read. */
function schemasOf(manifest: Manifest, states: ReadonlyMap<string, ModelState>): string[] {
  const relations = [...manifest.models.values(), ...manifest.sources.values()].map(
    ({ relation }) => relation,
  );
  return [
    ...new Set([
      ...relations.map(({ schema }) => schema),
      ...[...states.values()].map(({ schema }) => schema),
    ]),
  ];
}
