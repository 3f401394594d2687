import { issueToken, type Role } from '../../cube/auth.ts';
import { startCube, type RunningCube } from '../../cube/server.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';
import { createMarts, dropReader, TIME_ZONE } from './marts-fixture.ts';

export const SECRET = 'a secret of the tests, forty-two characters';

export interface Answer {
  readonly status: number;
  readonly body: {
    readonly error?: string;
    readonly data?: Record<string, unknown>[];
    readonly [key: string]: unknown;
  };
}

export interface CubeOverMarts {
  readonly cube: RunningCube;
  readonly database: TestDatabase;
  /** Lines Cube logged as errors; most tests expect none. */
  readonly errors: string[];
  readonly executive: string;
  get(pathAndQuery: string, token?: string): Promise<Answer>;
  load(query: unknown, token?: string, more?: Record<string, string>): Promise<Answer>;
  /** The rows of an answer that must be good. */
  rows(query: unknown, token?: string): Promise<Record<string, unknown>[]>;
  close(): Promise<void>;
}

export const token = (role: Role, claims: { teams?: string[]; managers?: string[] } = {}): string =>
  issueToken({ secret: SECRET, role, ...claims });

/** The real server over the hand-made company, one per test file; with a name outside of vitest. */
export async function cubeOverMarts(name?: string): Promise<CubeOverMarts> {
  const database = await createTestDatabase(name);
  const readerUrl = await createMarts(database);
  const errors: string[] = [];
  const cube = await startCube({
    readerUrl,
    port: 0,
    timeZone: TIME_ZONE,
    apiSecret: SECRET,
    portable: true,
    log: (level, message, details) => {
      if (level === 'error') errors.push(`${message}: ${JSON.stringify(details['error'])}`);
    },
  });
  const executive = token('executive');

  const get = async (pathAndQuery: string, bearer = executive): Promise<Answer> => {
    const headers: Record<string, string> = bearer === '' ? {} : { authorization: bearer };
    const response = await fetch(`${cube.url}/cubejs-api/v1${pathAndQuery}`, { headers });
    return { status: response.status, body: (await response.json()) as Answer['body'] };
  };
  const load = async (
    query: unknown,
    bearer?: string,
    more: Record<string, string> = {},
  ): Promise<Answer> => {
    const search = new URLSearchParams({ query: JSON.stringify(query), ...more });
    for (;;) {
      const answer = await get(`/load?${search.toString()}`, bearer);
      if (answer.body.error !== 'Continue wait') return answer;
    }
  };
  return {
    cube,
    database,
    errors,
    executive,
    get,
    load,
    async rows(query, bearer) {
      const { status, body } = await load(query, bearer);
      if (status !== 200) throw new Error(`HTTP ${status}: ${JSON.stringify(body)}`);
      return body.data ?? [];
    },
    async close() {
      await cube.stop();
      await dropReader(database);
      await database.drop();
    },
  };
}
