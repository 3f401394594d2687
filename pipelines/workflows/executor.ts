import pg from 'pg';
import { VoronkaError } from '../errors.ts';

/** First half of the advisory lock key of an executor; the second is its number. Any constant will do, it only has to stay. */
const EXECUTOR_LOCK = 0x766f726e;

export class ExecutorLostError extends VoronkaError {
  constructor(id: string) {
    super(
      `Another process took over as ${id} while this one had lost its database connection. This process must stop; start it again.`,
      {
        code: 'EXECUTOR_LOST',
        retry: 'never',
        context: { executor: id },
      },
    );
  }
}

export interface Executor {
  /** Stable identity, `worker-0`, `worker-1`, …: the lowest number no live process holds. */
  readonly id: string;
  release(): Promise<void>;
}

/**
 * Claims the lowest free executor number for the life of this process.
 *
 * DBOS hands a dead process's workflows only to a process with the same executor ID, so the ID must be stable over a restart, and two
 * live processes must never share one. A session-level advisory lock gives both: the server releases it the moment the process dies.
 * `onLost` is called when the connection broke and another process has the number by now.
 */
export async function claimExecutor(
  databaseUrl: string,
  onLost: (error: ExecutorLostError) => void,
): Promise<Executor> {
  let client = await connect(databaseUrl);
  let number = 0;
  while (!(await tryLock(client, number))) number += 1;
  const id = executorId(number);
  let released = false;

  const watch = (watched: pg.Client): void => {
    watched.on('end', () => {
      if (!released) void reclaim();
    });
  };
  const reclaim = async (): Promise<void> => {
    while (!released) {
      try {
        client = await connect(databaseUrl);
        if (!(await tryLock(client, number))) {
          await client.end();
          return onLost(new ExecutorLostError(id));
        }
        return watch(client);
      } catch {
        // The server is away; DBOS waits for it too. Ask again until it is back, often: whoever starts meanwhile may take the number.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  };
  watch(client);

  return {
    id,
    release: async () => {
      released = true;
      await client.end().catch(() => undefined);
    },
  };
}

/** Whether a process holds the number of executor `id` now. Looks without touching the lock: its owner may just be taking it back. */
export async function isExecutorAlive(pool: pg.Pool, id: string): Promise<boolean> {
  const number = numberOf(id);
  if (number === undefined) return false;
  const { rows } = await pool.query(
    `select from pg_locks where locktype = 'advisory' and granted and classid = $1 and objid = $2
     and database = (select oid from pg_database where datname = current_database())`,
    [EXECUTOR_LOCK, number],
  );
  return rows.length > 0;
}

/** Whether the process that was executor `id` is gone. Its lock is taken for `whileDead` and given back afterwards. */
export async function withDeadExecutor(
  databaseUrl: string,
  id: string,
  whileDead: () => Promise<void>,
): Promise<boolean> {
  const number = numberOf(id);
  const client = await connect(databaseUrl);
  try {
    // An ID that is not ours to count (an older release named it) has no lock, and nobody alive who would resume it.
    if (number !== undefined && !(await tryLock(client, number))) return false;
    await whileDead();
    return true;
  } finally {
    await client.end();
  }
}

/** No executor has this number. */
const LAUNCH = -1;

/**
 * Does `work` while no other process does: two that launch DBOS at once on a new database deadlock in its migrations. The lock is asked
 * for again and again, not waited for: who waits holds a snapshot, which `create index concurrently` waits for in turn.
 */
export async function launchAlone(databaseUrl: string, work: () => Promise<void>): Promise<void> {
  const client = await connect(databaseUrl);
  try {
    while (!(await tryLock(client, LAUNCH))) await new Promise((resolve) => setTimeout(resolve, 50));
    await work();
  } finally {
    await client.end();
  }
}

function executorId(number: number): string {
  return `worker-${number}`;
}

function numberOf(id: string): number | undefined {
  const digits = /^worker-(\d+)$/.exec(id)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

async function connect(url: string): Promise<pg.Client> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'voronka executor',
    keepAlive: true,
  });
  // Cut off between two questions it has nobody else to tell, and an unheard error ends the process. The next question fails anyway.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

async function tryLock(client: pg.Client, number: number): Promise<boolean> {
  const { rows } = await client.query<{ locked: boolean }>('select pg_try_advisory_lock($1, $2) as locked', [
    EXECUTOR_LOCK,
    number,
  ]);
  return rows[0]?.locked ?? false;
}
