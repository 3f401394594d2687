import type { ClientBase } from 'pg';
import { BuildTablesMissingError } from '../errors.ts';
import { VoronkaError } from '../../errors.ts';
import type { ModelMode, ModelResult, TestResult } from './report.ts';

/**
 * The record of a build in ops.builds, ops.build_models, ops.build_tests, on a connection of its own: it stays when the
 * build is rolled back. Only the success is written by the build itself, in its transaction (`markSucceeded`).
 */
export class Journal {
  readonly buildId: string;
  /** Its own connection, outside of the build's transaction. */
  readonly client: ClientBase;
  /** Models are noted behind the build's back: it does not wait for a commit per model. */
  #noted: Promise<unknown> = Promise.resolve();
  #trouble: unknown;

  private constructor(client: ClientBase, buildId: string) {
    this.client = client;
    this.buildId = buildId;
  }

  /** Call under the build lock: whatever is still `running` then was killed. */
  static async start(
    client: ClientBase,
    build: { project: string; isFull: boolean; selector: string | undefined },
  ): Promise<Journal> {
    try {
      await client.query(
        `update ops.build_models set status = 'interrupted', finished_at = clock_timestamp() where status = 'running'`,
      );
      await client.query(
        `update ops.builds set status = 'interrupted', finished_at = clock_timestamp() where status = 'running'`,
      );
      const { rows } = await client.query<{ build_id: string }>(
        `insert into ops.builds (project, status, is_full, selector) values ($1, 'running', $2, $3) returning build_id`,
        [build.project, build.isFull, build.selector ?? null],
      );
      return new Journal(client, rows[0]?.build_id ?? '');
    } catch (error) {
      if (['42P01', '3F000'].includes((error as { code?: string }).code ?? ''))
        throw new BuildTablesMissingError(error);
      throw error;
    }
  }

  modelStarted(model: string, materialized: string, mode: ModelMode): void {
    this.#note(
      `insert into ops.build_models (build_id, model, materialized, mode, status) values ($1, $2, $3, $4, 'running')
       on conflict (build_id, model) do update set mode = excluded.mode`,
      [this.buildId, model, materialized, mode],
    );
  }

  modelFinished(model: string, rows: number | null): void {
    this.#note(
      `update ops.build_models set status = 'succeeded', rows = $3, finished_at = clock_timestamp()
       where build_id = $1 and model = $2`,
      [this.buildId, model, rows],
    );
  }

  /** Models that were left as they were, all at once. */
  modelsKept(models: readonly Pick<ModelResult, 'name' | 'materialized' | 'mode' | 'rows'>[]): void {
    if (models.length === 0) return;
    this.#note(
      `insert into ops.build_models (build_id, model, materialized, mode, status, rows, finished_at)
       select $1, name, materialized, mode, 'succeeded', rows, clock_timestamp()
       from jsonb_to_recordset($2::jsonb) as r(name text, materialized text, mode text, rows bigint)`,
      [this.buildId, JSON.stringify(models)],
    );
  }

  #note(sql: string, values: readonly unknown[]): void {
    this.#noted = this.#noted
      .then(() => (this.#trouble === undefined ? this.client.query(sql, [...values]) : undefined))
      .catch((error: unknown) => {
        this.#trouble = error;
      });
  }

  /** Waits until everything is noted. @throws what went wrong with it. */
  async settled(): Promise<void> {
    await this.#noted;
    if (this.#trouble instanceof Error) throw this.#trouble;
  }

  async tests(results: readonly TestResult[]): Promise<void> {
    await this.settled();
    await this.client.query(
      `insert into ops.build_tests (build_id, test, model, severity, status, failures, examples, error, fingerprint)
       select $1, test, model, severity, status, failures, examples, error, fingerprint
       from jsonb_to_recordset($2::jsonb)
         as r(test text, model text, severity text, status text, failures bigint, examples jsonb, error text, fingerprint text)`,
      [this.buildId, JSON.stringify(results.map(({ name, ...rest }) => ({ test: name, ...rest })))],
    );
  }

  async failed(error: unknown): Promise<void> {
    await this.#noted;
    const code = error instanceof VoronkaError ? error.code : ((error as { code?: string }).code ?? null);
    const message = error instanceof Error ? error.message : String(error);
    await this.client.query(
      `update ops.build_models set status = 'failed', finished_at = clock_timestamp() where build_id = $1 and status = 'running'`,
      [this.buildId],
    );
    await this.client.query(
      `update ops.builds set status = 'failed', finished_at = clock_timestamp(), error_code = $2, error = $3 where build_id = $1`,
      [this.buildId, code, message],
    );
  }
}
