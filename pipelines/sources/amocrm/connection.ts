import type { Page, PageRequest, RawRow, SourceAccount, SourceConnection } from '../engine/connection.ts';
import { StreamMissingError } from '../engine/errors.ts';
import { arrayElementTexts } from '../engine/json-elements.ts';
import type { AmocrmClient, JsonAnswer } from './client.ts';
import { NoRightsError, NotFoundError, PaymentRequiredError, SourceUnavailableError } from './errors.ts';
import { listOf, questionFor } from './questions.ts';
import { streams } from './streams.ts';

/** amoCRM as the engine sees it. */
export class AmocrmConnection implements SourceConnection {
  readonly streams = streams;
  readonly account: SourceAccount;
  readonly concurrency: number;
  readonly #client: AmocrmClient;
  readonly #close: () => Promise<void>;
  #historyBegin: Promise<number> | undefined;

  constructor(
    client: AmocrmClient,
    account: SourceAccount,
    settings: { readonly concurrency: number; readonly close: () => Promise<void> },
  ) {
    this.#client = client;
    this.account = account;
    this.concurrency = settings.concurrency;
    this.#close = settings.close;
  }

  now(): number {
    return this.#client.now();
  }

  async fetchPage(request: PageRequest, signal: AbortSignal): Promise<Page> {
    const answer = await this.#get(request.stream, () => this.#client.get(questionFor(request), signal));
    return answer ? pageOf(answer, listOf(request.stream, request.part).key) : { rows: [], hasNext: false };
  }

  /** The creation of the oldest lead; imports may date it before anything else, which does no harm. */
  async historyBegin(signal: AbortSignal): Promise<number> {
    this.#historyBegin ??= this.#oldestLead(signal).catch((error: unknown) => {
      this.#historyBegin = undefined;
      throw error;
    });
    return this.#historyBegin;
  }

  async #oldestLead(signal: AbortSignal): Promise<number> {
    const query = [
      ['order[created_at]', 'asc'],
      ['limit', 1],
      ['page', 1],
    ] as const;
    const answer = await this.#client.get({ path: 'leads', query }, signal);
    const [oldest] = answer ? pageOf(answer, 'leads').rows : [];
    const createdAt = asObject(oldest?.value)['created_at'];
    return typeof createdAt === 'number' && createdAt > 0 ? createdAt : 0;
  }

  async fetchOne(stream: string, id: string, signal: AbortSignal): Promise<RawRow | null> {
    const list = listOf(stream, 'all');
    const query = list.with === undefined ? [] : ([['with', list.with]] as const);
    const answer = await this.#get(stream, () =>
      this.#client.get({ path: `${list.path}/${id}`, query }, signal),
    );
    return answer && { text: answer.text, value: answer.body };
  }

  /** Turns "you may not" and "there is no such thing here" into a missing stream, so that the sync goes on without it. */
  async #get(stream: string, ask: () => Promise<JsonAnswer | null>): Promise<JsonAnswer | null> {
    try {
      return await ask();
    } catch (error) {
      const needs = this.streams.find(({ name }) => name === stream)?.needs;
      if (error instanceof NoRightsError) throw new StreamMissingError(stream, error.message);
      if (needs === 'feature' && (error instanceof PaymentRequiredError || error instanceof NotFoundError)) {
        throw new StreamMissingError(stream, error.message);
      }
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.#close();
  }
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
