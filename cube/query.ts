import { z } from 'zod';

import {
  CubeForbiddenError,
  CubeQueryError,
  CubeServerError,
  CubeTimeoutError,
  CubeUnreachableError,
} from './query-errors.ts';

/** What the model says about a member, as the server sends it beside the rows. */
export interface MemberAnnotation {
  readonly title: string;
  readonly shortTitle: string;
  readonly type: string;
  readonly description?: string | undefined;
  readonly format?: unknown;
  readonly meta?: Readonly<Record<string, unknown>> | undefined;
  /** Only on a time dimension asked for with a granularity. */
  readonly granularity?: { readonly name?: string | undefined } | undefined;
}

export type Cell = string | number | boolean | null;
export type Row = Readonly<Record<string, Cell>>;

/** Members by name, measures and dimensions together; a time dimension as `view.date.month`. */
export type Annotation = Readonly<Record<string, MemberAnnotation>>;

export interface QueryResult {
  /** Numbers of Postgres `numeric` and counts are strings, so that nothing is rounded on the way. */
  readonly rows: readonly Row[];
  readonly annotation: Annotation;
  /** Rows there would be without `limit`; only when the query asks for `total`. */
  readonly total?: number;
}

export interface QueryRequest {
  /** Address of the server, `http://host:port`. */
  readonly url: string;
  readonly token: string;
  /**
   * A query of Cube's REST API, or a list of them (blending). With `compareDateRange` or a list, all rows come one after
   * another. No `responseFormat`: rows are objects here.
   */
  readonly query: object;
  readonly timeoutSeconds?: number;
}

const member = z.object({
  title: z.string(),
  shortTitle: z.string(),
  type: z.string(),
  description: z.string().optional(),
  format: z.unknown().optional(),
  meta: z.record(z.string(), z.unknown()).optional(),
  granularity: z.object({ name: z.string().optional() }).loose().optional(),
});
const members = z.record(z.string(), member).default({});
const result = z.object({
  data: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  annotation: z.object({ measures: members, dimensions: members, timeDimensions: members }),
  total: z.number().optional(),
});
const answer = z.union([z.object({ error: z.string() }), z.object({ results: z.array(result) })]);

type Answer = z.infer<typeof answer>;

async function post(request: QueryRequest, signal: AbortSignal): Promise<{ status: number; body: Answer }> {
  const endpoint = `${request.url.replace(/\/$/, '')}/cubejs-api/v1/load`;
  let status: number;
  let text: string;
  const send = (): Promise<Response> =>
    fetch(endpoint, {
      method: 'POST',
      headers: { authorization: request.token, 'content-type': 'application/json' },
      body: JSON.stringify({ query: request.query, queryType: 'multi' }),
      signal,
    });
  try {
    // A kept connection that the server has closed meanwhile is only found out by using it; a read may be sent twice.
    const response = await send().catch((error: unknown) => {
      if (isClosedConnection(error)) return send();
      throw error;
    });
    status = response.status;
    text = await response.text();
  } catch (error) {
    if (signal.aborted) throw new CubeTimeoutError(request.timeoutSeconds ?? DEFAULT_TIMEOUT);
    throw new CubeUnreachableError(request.url, error);
  }
  const body = parse(text);
  if (body === undefined) throw new CubeServerError(status, `not an answer of Cube: ${text.slice(0, 200)}`);
  return { status, body };
}

function isClosedConnection(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return (
    cause instanceof Error && 'code' in cause && ['ECONNRESET', 'UND_ERR_SOCKET'].includes(String(cause.code))
  );
}

function parse(text: string): Answer | undefined {
  try {
    return answer.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function refuse(url: string, status: number, reason: string): never {
  const text = reason.replace(/^(?:Error: )+/, '');
  if (status === 401 || status === 403) throw new CubeForbiddenError(url, text);
  if (status < 500) throw new CubeQueryError(status, text);
  throw new CubeServerError(status, text);
}

const DEFAULT_TIMEOUT = 120;
const PAUSE_MS = 50;

/**
 * Runs a query over REST and waits for the answer: a slow one comes as "Continue wait" after some seconds, to be asked
 * for again.
 *
 * Throws CubeUnreachableError, CubeForbiddenError, CubeQueryError, CubeServerError, CubeTimeoutError.
 */
export async function runQuery(request: QueryRequest): Promise<QueryResult> {
  const signal = AbortSignal.timeout((request.timeoutSeconds ?? DEFAULT_TIMEOUT) * 1000);
  for (;;) {
    const { status, body } = await post(request, signal);
    if ('results' in body) return merge(body.results);
    if (body.error !== 'Continue wait') refuse(request.url, status, body.error);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function merge(results: readonly z.infer<typeof result>[]): QueryResult {
  const annotation: Record<string, MemberAnnotation> = {};
  for (const { annotation: part } of results) {
    Object.assign(annotation, part.dimensions, part.timeDimensions, part.measures);
  }
  const [first] = results;
  return {
    rows: results.flatMap(({ data }) => data),
    annotation,
    ...(results.length === 1 && first?.total !== undefined ? { total: first.total } : {}),
  };
}
