import { createRequire } from 'node:module';
import { withRollups, type Driver } from './rollup-driver.ts';
import type { RollupStore } from './rollup-store.ts';

interface PoolDriver extends Driver {
  prepareConnection(connection: object, options?: object): Promise<void>;
}
type DriverClass = new (options: Record<string, unknown>) => PoolDriver;

/**
 * Makes Cube's Postgres drivers and closes them. Cube forgets some of its own at shutdown (those of data sources it has
 * not marked as seen), which would keep connections open, and the process alive, after `stop()`.
 */
export class ReaderDrivers {
  readonly #url: string;
  readonly #drivers: Driver[] = [];

  readonly #rollups: RollupStore | undefined;

  constructor(url: string, rollups?: RollupStore) {
    this.#url = url;
    this.#rollups = rollups;
  }

  readonly create = (): Driver => {
    const require = createRequire(import.meta.url);
    const PostgresDriver = preparedOnce(require('@cubejs-backend/postgres-driver') as DriverClass);
    const Made = this.#rollups ? withRollups(PostgresDriver, this.#rollups) : PostgresDriver;
    const driver = new Made({
      connectionString: this.#url,
      application_name: 'voronka cube',
      // The role is read-only already; another one given by mistake becomes so.
      options: '-c default_transaction_read_only=on',
      maxPoolSize: 8,
    });
    this.#drivers.push(driver);
    return driver;
  };

  async close(): Promise<void> {
    await Promise.all(this.#drivers.splice(0).map((driver) => driver.release()));
  }
}

/** Cube sets time zone and time limit of a connection before each query; here nothing else changes them, so once is enough. */
function preparedOnce(Base: DriverClass): DriverClass {
  return class extends Base {
    readonly #prepared = new WeakSet<object>();

    override async prepareConnection(connection: object, options?: object): Promise<void> {
      if (this.#prepared.has(connection)) return;
      await super.prepareConnection(connection, options);
      this.#prepared.add(connection);
    }
  };
}
