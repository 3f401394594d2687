import pg from 'pg';

/**
 * A pool whose int8 are numbers (counts, ids of ours: all far below 2^53) and whose dates stay `YYYY-MM-DD` text (a JavaScript Date would
 * move them by the machine's time zone). numeric stays text: amounts are exact. Set for this pool only, because DBOS and Cube share
 * the `pg` module.
 */
export function createPool(url: string, max = 10): pg.Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    application_name: 'voronka',
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
    types: { getTypeParser },
  });
  // An idle connection that the server ends is replaced by the pool; without a listener it would end the process.
  pool.on('error', () => undefined);
  return pool;
}

const INT8: number = pg.types.builtins.INT8;
const DATE: number = pg.types.builtins.DATE;
const asNumber = (text: string) => Number(text);
const asText = (text: string) => text;

const getTypeParser: pg.CustomTypesConfig['getTypeParser'] = (oid: number, format?: string): unknown => {
  if (format !== 'binary') {
    if (oid === INT8) return asNumber;
    if (oid === DATE) return asText;
  }
  return pg.types.getTypeParser(oid, format as 'text');
};
