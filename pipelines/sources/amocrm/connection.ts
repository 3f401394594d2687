import type { ListConnection, Page, PageRequest, RawRow, SourceAccount, Turn } from '../engine/connection.ts';
import { StreamMissingError } from '../engine/errors.ts';
import { arrayElementTexts } from '../engine/json-elements.ts';
import type { StreamPart } from '../engine/stream.ts';
import type { AmocrmClient, JsonAnswer } from './client.ts';
import {
  NoRightsError,
  NotFoundError,
  PaymentRequiredError,
  RequestRefusedError,
  SourceUnavailableError,
} from './errors.ts';
import { listOf, questionFor, questionForOne } from './questions.ts';
import { streams } from './streams.ts';

/** amoCRM as the engine sees it. */
export class AmocrmConnection implements ListConnection {
  readonly streams = streams;
  readonly account: SourceAccount;
  readonly missing: ReadonlyMap<string, string>;
  readonly concurrency: number;
  readonly #client: AmocrmClient;
  readonly #close: () => Promise<void>;
  readonly #ends = new Map<string, number | null>();

  constructor(
    client: AmocrmClient,
    account: SourceAccount,
    settings: {
      readonly missing: ReadonlyMap<string, string>;
      readonly concurrency: number;
      readonly close: () => Promise<void>;
    },
  ) {
    this.#client = client;
    this.account = account;
    this.missing = settings.missing;
    this.concurrency = settings.concurrency;
    this.#close = settings.close;
  }

  now(): number {
    return this.#client.now();
  }

  turn(signal: AbortSignal): Promise<Turn> {
    return this.#client.turn(signal);
  }

  async fetchPage(request: PageRequest, signal: AbortSignal, turn?: Turn): Promise<Page> {
    const ask = () => this.#client.get(questionFor(request), signal, turn);
    const answer = await this.#get(request.stream, ask, request.part);
    return answer ? pageOf(answer, listOf(request.stream, request.part).key) : { rows: [], hasNext: false };
  }

  /** Events cannot be asked from their oldest: the oldest lead stands for it. Imports may date one earlier, which does no harm. */
  async farEnd(
    { stream, part, order }: Pick<PageRequest, 'stream' | 'part' | 'order'>,
    signal: AbortSignal,
  ): Promise<number | null> {
    const key = `${stream} ${part} ${order}`;
    const known = this.#ends.get(key);
    if (known !== undefined) return known;
    const end = await this.#askEnd({ stream, part, order }, signal);
    this.#ends.set(key, end);
    return end;
  }

  async #askEnd(
    { stream, part, order }: Pick<PageRequest, 'stream' | 'part' | 'order'>,
    signal: AbortSignal,
  ): Promise<number | null> {
    const list = listOf(stream, part);
    if (order === 'newest-first') return this.#edge('leads', 'all', 'created_at', 'asc', signal);
    return list.sortsByWindow && list.window ? this.#edge(stream, part, list.window, 'desc', signal) : null;
  }

  async #edge(
    stream: string,
    part: string,
    field: 'created_at' | 'updated_at',
    direction: 'asc' | 'desc',
    signal: AbortSignal,
  ): Promise<number | null> {
    const list = listOf(stream, part);
    const answer = await this.#client.get(
      {
        path: list.path,
        query: [
          ...(part === 'deleted' && list.with !== undefined ? ([['with', list.with]] as const) : []),
          [`order[${field}]`, direction],
          ['limit', 1],
          ['page', 1],
        ],
      },
      signal,
    );
    const [row] = answer && list.key !== undefined ? pageOf(answer, list.key).rows : [];
    const value = asObject(row?.value)[field];
    return typeof value === 'number' && value > 0 ? value : null;
  }

  /** Null when the source has no such row: cards answer 204, lists of other things 404. */
  async fetchOne(stream: string, id: string, signal: AbortSignal): Promise<RawRow | null> {
    const answer = await this.#get(stream, () =>
      this.#client.get(questionForOne(stream, id), signal).catch((error: unknown) => {
        if (error instanceof NotFoundError) return null;
        throw error;
      }),
    );
    return answer && { text: answer.text, value: answer.body };
  }

  /** The lists of a stream that has one per catalog. */
  async partsOf(stream: string, signal: AbortSignal): Promise<readonly StreamPart[]> {
    const parts: StreamPart[] = [];
    for (let page = 1; ; page += 1) {
      const request = { stream: 'catalogs', part: 'all', order: 'by-id', page, limit: 250 } as const;
      const answer = await this.#get(stream, () => this.#client.get(questionFor(request), signal));
      const { rows, hasNext } = answer ? pageOf(answer, 'catalogs') : { rows: [], hasNext: false };
      parts.push(...rows.map(({ value }) => ({ name: String(asObject(value)['id']), isOptional: true })));
      if (!hasNext || rows.length === 0) return parts;
    }
  }

  /** Turns "you may not" and "there is no such thing here" into a missing stream, so that the sync goes on without it. */
  async #get(
    stream: string,
    ask: () => Promise<JsonAnswer | null>,
    part?: string,
  ): Promise<JsonAnswer | null> {
    try {
      return await ask();
    } catch (error) {
      if (error instanceof NoRightsError) throw new StreamMissingError(stream, error.message);
      const spec = this.streams.find(({ name }) => name === stream);
      const isFeature =
        spec?.needs === 'feature' || spec?.parts.find(({ name }) => name === part)?.isOptional;
      const status = isFeature ? featureOff(error) : undefined;
      if (status !== undefined) {
        const reason = `the account does not have it: not in its plan, or switched off (${status})`;
        throw new StreamMissingError(stream, reason);
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#close();
  }
}

/** 402 and 425: not in the plan; 426: switched off; 404: not there (pages "error-codes" and "customers-api"). */
function featureOff(error: unknown): number | undefined {
  if (error instanceof PaymentRequiredError) return 402;
  if (error instanceof NotFoundError) return 404;
  if (!(error instanceof RequestRefusedError)) return undefined;
  const { status } = error.context;
  return status === 425 || status === 426 ? status : undefined;
}

function pageOf({ text, body }: JsonAnswer, key: string | undefined): Page {
  if (key === undefined) return { rows: [{ text, value: body }], hasNext: false };
  const { _embedded: embedded, _links: links, _total_items: total } = asObject(body);
  const values = asObject(embedded)[key];
  if (!Array.isArray(values)) {
    throw new SourceUnavailableError('amoCRM', key, 1, `an answer without _embedded.${key}`);
  }
  const texts = arrayElementTexts(text, ['_embedded', key]);
  // Cut out of the answer where that works; else written anew, which may lose digits beyond 2^53 and nothing more.
  const rows = values.map((value: unknown, index) => ({
    text: texts?.length === values.length ? (texts[index] ?? '') : JSON.stringify(value),
    value,
  }));
  return {
    rows,
    hasNext: asObject(links)['next'] !== undefined && asObject(links)['next'] !== null,
    ...(typeof total === 'number' && { total }),
  };
}

function asObject(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
