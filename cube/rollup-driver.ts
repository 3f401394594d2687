import type pg from 'pg';
import { makePool, type RollupStore } from './rollup-store.ts';

type Answer = Promise<Record<string, unknown>[]>;
export interface Driver {
  query(sql: string, values?: unknown[], options?: object): Answer;
  release(): Promise<void>;
}

/** The five things Cube does to the tables of rollups, and nothing else, are done by the role that may write them. */
export function withRollups<D extends new (options: Record<string, unknown>) => Driver>(
  Base: D,
  store: RollupStore,
): new (options: Record<string, unknown>) => Driver {
  return class RollupDriver extends (Base as new (options: Record<string, unknown>) => Driver) {
    readonly #writer: pg.Pool = makePool(store);

    override query(sql: string, values: unknown[] = [], options: object = {}): Answer {
      // Indexes are asked for by a plain query.
      return /^\s*create\s+(?:unique\s+)?index\b/i.test(sql)
        ? this.#write(sql, values)
        : super.query(sql, values, options);
    }

    async createSchemaIfNotExists(): Promise<void> {
      await store.prepare(this.#writer);
    }

    async loadPreAggregationIntoTable(_table: string, sql: string, values: unknown[]): Answer {
      return this.#write(sql, values);
    }

    async getTablesQuery(schema: string): Answer {
      return this.#write('select table_name from information_schema.tables where table_schema = $1', [
        schema,
      ]);
    }

    async dropTable(table: string): Answer {
      // Somebody may be reading it; it is dropped after them, or another time.
      return this.#write(`drop table if exists ${table}`, []);
    }

    override async release(): Promise<void> {
      await this.#writer.end();
      await super.release();
    }

    async #write(sql: string, values: unknown[]): Answer {
      return (await this.#writer.query<Record<string, unknown>>(sql, values)).rows;
    }
  };
}
