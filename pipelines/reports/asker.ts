import { issueToken } from '../../cube/auth.ts';
import type { SecurityContext } from '../../cube/access.ts';
import { runQuery, type QueryResult } from '../../cube/query.ts';
import { CubeUnreachableError } from '../../cube/query-errors.ts';
import { KpisAbsentError } from './errors.ts';

/** Where KPIs are asked: a running server and the secret of its tokens. */
export interface KpiServer {
  readonly url: string;
  readonly secret: string;
}

/** Asks for KPIs with somebody's rights. */
export interface Asker {
  /** Who asks. */
  readonly context: SecurityContext;
  ask(query: object): Promise<QueryResult>;
  /** Whether this person may see the member, and the model has it. */
  knows(member: string): boolean;
}

let server: KpiServer | undefined;

/** Tells the workflows of this process where Cube runs; undefined when it is being stopped. */
export function setKpiServer(running: KpiServer | undefined): void {
  server = running;
}

export function hasKpiServer(): boolean {
  return server !== undefined;
}

/** An asker with the rights of `context`, over the server of this process. Throws KpisAbsentError. */
export async function askerOf(context: SecurityContext): Promise<Asker> {
  if (!server) throw new KpisAbsentError();
  return openAsker(server.url, issueToken({ secret: server.secret, ...context, ttl: '1h' }), context);
}

/** What may be asked is found out once, with the asker's own token. Throws what `runQuery` throws. */
export async function openAsker(url: string, token: string, context: SecurityContext): Promise<Asker> {
  const members = await again(() => membersOf(url, token));
  return {
    context,
    ask: (query) => again(() => runQuery({ url, token, query })),
    knows: (member) => members.has(member),
  };
}

interface Meta {
  readonly cubes?: readonly {
    readonly measures: readonly { readonly name: string }[];
    readonly dimensions: readonly { readonly name: string }[];
  }[];
}

async function membersOf(url: string, token: string): Promise<Set<string>> {
  const response = await fetch(`${url}/cubejs-api/v1/meta`, { headers: { authorization: token } });
  const { cubes = [] } = (await response.json()) as Meta;
  return new Set(
    cubes.flatMap(({ measures, dimensions }) => [...measures, ...dimensions].map(({ name }) => name)),
  );
}

/** Drawing and printing keep this process busy for seconds, in which idle connections end; the next question then meets a closed one. */
async function again<T>(question: () => Promise<T>): Promise<T> {
  try {
    return await question();
  } catch (error) {
    if (!(error instanceof CubeUnreachableError) && !(error instanceof TypeError)) throw error;
    return question();
  }
}
