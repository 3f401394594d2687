import { join } from 'node:path';
import { issueToken, type TokenRequest } from '../../cube/auth.ts';
import { runQuery, type QueryResult } from '../../cube/query.ts';
import { startCube } from '../../cube/server.ts';
import { startAmocrmStandIn, type StandIn } from '../../demo/amocrm/index.ts';
import { parseConfig, type Config } from '../../pipelines/config/index.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { buildMarts, enqueueSync, startRuntime, type Runtime } from '../../pipelines/workflows/index.ts';
import { createTestDatabase } from './database.ts';

const API_SECRET = 'a secret that only the tests of the whole way know';
const TOKEN_VARIABLE = 'VORONKA_TEST_AMOCRM_TOKEN';

export interface WholeWayOptions {
  /** Folder in the stand-in's form. */
  readonly dataDir: string;
  readonly timeZone: string;
  readonly currency: string;
  readonly leadSourceField?: string;
  readonly funnel?: Config['funnel']['steps'];
  /** Read besides amoCRM, as entries of voronka.yaml. */
  readonly sources?: readonly object[];
  readonly managers?: readonly object[];
  readonly meetings?: object;
  /** More of `account:` (business hours, holidays). */
  readonly account?: object;
  /** More sections of voronka.yaml (regulation). */
  readonly sections?: object;
}

export interface WholeWay {
  readonly config: Config;
  readonly standIn: StandIn;
  readonly warehouse: Warehouse;
  readonly runtime: Runtime;
  /** Reads what is new through the durable workflow. */
  sync(): Promise<void>;
  build(options?: { full?: boolean }): Promise<void>;
  /** Rows of Cube's REST API, asked as an executive unless said otherwise. */
  ask(query: object, as?: Partial<TokenRequest>): Promise<QueryResult['rows']>;
  /** Where the API is, for what `ask` would not send; and what signs its tokens. */
  api(): Promise<{ readonly url: string; readonly secret: string }>;
  stop(): Promise<void>;
}

/** Every station for real: the stand-in over HTTP, a database of its own, DBOS, the models of sql/, Cube. One per process. */
export async function openWholeWay(options: WholeWayOptions): Promise<WholeWay> {
  const database = await createTestDatabase();
  const standIn = await startAmocrmStandIn({ dataDir: options.dataDir, rate: 0 });
  process.env[TOKEN_VARIABLE] = standIn.token;
  const config = parseConfig(
    JSON.stringify({
      account: {
        name: 'Test',
        time_zone: options.timeZone,
        currency: options.currency,
        ...options.account,
      },
      ...options.sections,
      sources: [
        { type: 'amocrm', base_url: standIn.url, token_env: TOKEN_VARIABLE, requests_per_second: 500 },
        ...(options.sources ?? []),
      ],
      managers: options.managers ?? [],
      ...(options.meetings !== undefined && { meetings: options.meetings }),
      funnel: {
        steps: options.funnel ?? [],
        ...(options.leadSourceField !== undefined && { lead_source_field: options.leadSourceField }),
      },
    }),
    join(options.dataDir, 'voronka.yaml'),
  );
  const warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
  const runtime = await startRuntime({
    config,
    warehouse,
    schedules: false,
    onExecutorLost: (error) => {
      throw error;
    },
  });
  let cube: Awaited<ReturnType<typeof startCube>> | undefined;
  const startedCube = async () =>
    (cube ??= await startCube({
      readerUrl: warehouse.readerUrl,
      port: 0,
      timeZone: options.timeZone,
      apiSecret: API_SECRET,
    }));
  return {
    config,
    standIn,
    warehouse,
    runtime,
    sync: async () => {
      const syncs = await Promise.all(
        config.sources.map(({ name }) => enqueueSync({ source: name, thenBuild: false })),
      );
      await Promise.all(syncs.map((handle) => handle.getResult()));
    },
    build: async (how = {}) => {
      await buildMarts(config, warehouse, { full: how.full ?? false });
    },
    ask: async (query, as = {}) => {
      const { url } = await startedCube();
      const token = issueToken({ secret: API_SECRET, role: 'executive', ...as });
      return (await runQuery({ url, token, query })).rows;
    },
    api: async () => ({ url: (await startedCube()).url, secret: API_SECRET }),
    stop: async () => {
      await cube?.stop();
      await runtime.stop();
      await warehouse.close();
      await standIn.stop();
      await database.drop();
    },
  };
}
