import type pg from 'pg';

/**
 * Lends a connection of the pool. After a failure an open transaction is rolled back, and a connection that cannot even do that is
 * thrown away. While lent, the pool does not listen for the connection's own errors; somebody must, or the process ends.
 */
export async function withClient<T>(pool: pg.Pool, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  const onError = (error: Error) => (broken = error);
  client.on('error', onError);
  try {
    return await work(client);
  } catch (error) {
    await client.query('rollback').catch((lost: unknown) => (broken ??= lost as Error));
    // What ended the connection says more than what was then found impossible on it.
    throw broken !== undefined && !hasState(error) ? broken : error;
  } finally {
    client.removeListener('error', onError);
    client.release(broken);
  }
}

function hasState(error: unknown): boolean {
  return typeof (error as { code?: unknown }).code === 'string';
}
