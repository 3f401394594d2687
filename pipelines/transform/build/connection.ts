import pg from 'pg';
import { BuildConnectionLostError } from '../errors.ts';

export type Database = { readonly pool: pg.Pool } | { readonly url: string };

/**
 * A connection of the build's own, outside any pool: the build may last minutes and holds a lock of its session, and a
 * pool of one connection must not make it wait for itself.
 */
export async function connect(database: Database, application: string): Promise<pg.Client> {
  const options = 'pool' in database ? database.pool.options : { connectionString: database.url };
  const client = new pg.Client({ ...withPassword(options), application_name: application, keepAlive: true });
  // Without a listener the loss of an idle connection ends the process; the next query reports it anyway.
  client.on('error', () => undefined);
  await client.connect();
  return client;
}

/** pg-pool keeps the password out of enumeration, so a spread loses it. */
function withPassword(options: pg.ClientConfig): pg.ClientConfig {
  return options.password === undefined ? { ...options } : { ...options, password: options.password };
}

/** Errors that mean the session is gone: ended by an administrator, by a shutdown or crash, or the socket broke. */
export function connectionLost(error: unknown): BuildConnectionLostError | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = (error as { code?: string }).code ?? '';
  const lost =
    ['57P01', '57P02', '57P03', 'ECONNRESET', 'EPIPE', 'ECONNREFUSED'].includes(code) ||
    code.startsWith('08') ||
    /Connection terminated|not queryable|Client was closed/.test(error.message);
  return lost ? new BuildConnectionLostError(error) : undefined;
}
