import { issueToken, type TokenRequest } from '../../cube/auth.ts';
import { runQuery, type QueryResult } from '../../cube/query.ts';
import { startCube } from '../../cube/server.ts';
import { parseConfig } from '../../pipelines/config/index.ts';
import { advanceStream, openSource } from '../../pipelines/sources/index.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { buildMarts } from '../../pipelines/workflows/index.ts';
import { createTestDatabase } from '../harness/database.ts';

const API_SECRET = 'a secret that only the tests of calls know';

export interface CallsWay {
  readonly warehouse: Warehouse;
  /** Rows of Cube's REST API, asked as an executive unless said otherwise. */
  ask(query: object, as?: Partial<TokenRequest>): Promise<QueryResult['rows']>;
  stop(): Promise<void>;
}

/** What an asterisk source reads from files → warehouse → models → Cube. `source` is its entry in voronka.yaml, `users` CRM users by id. */
export async function openCallsWay(options: {
  timeZone: string;
  source: object;
  managers?: readonly object[];
  users?: Readonly<Record<string, string>>;
}): Promise<CallsWay> {
  const database = await createTestDatabase();
  const warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
  const config = parseConfig(
    JSON.stringify({
      account: { name: 'Test', time_zone: options.timeZone, currency: 'RUB', country: 'RU' },
      sources: [{ type: 'asterisk', name: 'pbx', ...options.source }],
      managers: options.managers ?? [],
    }),
    'voronka.yaml',
  );
  const session = await openSource(config.sources[0]!, { warehouse, environment: {} });
  await advanceStream(session, 'cdr', { until: new Date() });
  await session.close();
  await warehouse.pool.query(`select ops.ensure_stream('amocrm', 'users')`);
  for (const [id, name] of Object.entries(options.users ?? {})) {
    await warehouse.pool.query(
      `insert into raw.amocrm__users (account_id, id, payload, load_id, first_seen_at, seen_at)
       values ('7', $1, $2, 0, now(), now())`,
      [id, JSON.stringify({ id: Number(id), name })],
    );
  }
  await buildMarts(config, warehouse, {});
  let cube: Awaited<ReturnType<typeof startCube>> | undefined;
  return {
    warehouse,
    ask: async (query, as = {}) => {
      cube ??= await startCube({
        readerUrl: warehouse.readerUrl,
        port: 0,
        timeZone: options.timeZone,
        apiSecret: API_SECRET,
      });
      const token = issueToken({ secret: API_SECRET, role: 'executive', ...as });
      return (await runQuery({ url: cube.url, token, query })).rows;
    },
    stop: async () => {
      await cube?.stop();
      await warehouse.close();
      await database.drop();
    },
  };
}
