import type { Role } from '../../cube/auth.ts';
import { createRewriter } from '../../cube/sql-api/rewrite/index.ts';
import { startSqlApi, type RunningSqlApi, type SqlApiOptions } from '../../cube/sql-api/server.ts';
import { migrate } from '../../pipelines/warehouse/index.ts';
import { readerUrlOf } from '../../pipelines/warehouse/reader.ts';
import { scramVerifier } from '../../pipelines/warehouse/scram.ts';
import { cubeOverMarts, SECRET, token, type CubeOverMarts } from './cube-harness.ts';
import { ANNA, TIME_ZONE } from './marts-fixture.ts';

/** Name, password and role of the users every test has: SCRAM verifiers, one for each role. */
export const USERS: Readonly<Record<Role, { name: string; password: string }>> = {
  executive: { name: 'director', password: 'Директор 1' },
  head: { name: 'north', password: 'head of the north' },
  manager: { name: 'anna', password: "an'na\\" },
  analyst: { name: 'analyst', password: 'numbers' },
};

/** What each of them may see, the claims of a token, too. */
export const CLAIMS: Readonly<Record<Role, { teams: string[]; managers: string[] }>> = {
  executive: { teams: [], managers: [] },
  head: { teams: ['North'], managers: [] },
  manager: { teams: [], managers: [ANNA] },
  analyst: { teams: [], managers: [] },
};

export const roleToken = (role: Role): string => token(role, CLAIMS[role]);

export interface SqlApiOverMarts extends CubeOverMarts {
  readonly sql: RunningSqlApi;
  /** `postgres://…` of a role's user, with its password. */
  url(role?: Role): string;
  /** Seldom changed errors of the server itself; most tests expect none. */
  readonly serverErrors: string[];
}

/** Cube over the hand-made company, with the SQL API in front of it. */
export async function sqlApiOverMarts(
  more: Partial<SqlApiOptions> = {},
  name?: string,
): Promise<SqlApiOverMarts> {
  const over = await cubeOverMarts(name);
  const { database, cube } = over;
  const readerUrl = readerUrlOf(database.url);
  // Functions that the marts by hand have of a migration: the migration itself makes them now.
  await database.pool.query(
    'drop function if exists marts.sum_on_first_day(date[], numeric[]), marts.sum_on_last_day(date[], numeric[])',
  );
  await migrate({ pool: database.pool, url: database.url, readerUrl });
  const serverErrors: string[] = [];
  const sql = await startSqlApi({
    host: '127.0.0.1',
    port: 0,
    users: (Object.keys(USERS) as Role[]).map((role) => ({
      name: USERS[role].name,
      password: scramVerifier(USERS[role].password),
      role,
      ...CLAIMS[role],
    })),
    apiSecret: SECRET,
    timeZone: TIME_ZONE,
    pool: database.pool,
    readerUrl,
    views: cube.views,
    getCompilerApi: (context) => cube.getCompilerApi(context),
    rewriter: createRewriter({ compilerApi: (context) => cube.getCompilerApi(context) }),
    limits: {
      statementTimeoutMs: 30_000,
      idleTimeoutMs: 600_000,
      sessions: 300,
      sessionsPerUser: 300,
      backends: 40,
    },
    onError: (message, error) => serverErrors.push(`${message}: ${error.message}`),
    ...more,
  });
  return {
    ...over,
    sql,
    serverErrors,
    url: (role = 'executive') => {
      const { name, password } = USERS[role];
      return `postgres://${name}:${encodeURIComponent(password)}@127.0.0.1:${sql.port}/voronka`;
    },
    close: async () => {
      await sql.stop();
      await over.close();
    },
  };
}
