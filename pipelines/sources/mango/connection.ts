import { pause } from '../engine/pause.ts';
import type { ListConnection, Page, PageRequest, RawRow, SourceAccount } from '../engine/connection.ts';
import type { RateLimiter } from '../engine/rate-limiter.ts';
import type { StreamSpec } from '../engine/stream.ts';
import type { MangoClient } from './client.ts';
import { MangoClockError, MangoNotReadyError, MangoUnavailableError } from './errors.ts';
import { readStatistic, STATISTIC_FIELDS } from './statistics.ts';
import { mangoStreams, type MangoStreamSettings } from './streams.ts';

const HOUR_S = 3_600;
/**
 * Asked for beyond the end of a window: whether it is a leg's start or its end that the dates are about is not documented, and so much
 * longer than a call it does not matter. It also shows a clock that runs ahead.
 */
const BEYOND_S = 6 * HOUR_S;
/** A call that begins so far from now says that the clocks differ. */
const AHEAD_S = 600;
/** A key that has expired is asked for again so often. */
const MOST_KEYS = 3;
const FIRST_LOOK_MS = 500;
const LONGEST_WAIT_MIN = 10;

export interface MangoConnectionOptions extends MangoStreamSettings {
  readonly client: MangoClient;
  readonly account: SourceAccount;
  readonly epochOffsetSeconds: number;
  /** One for the starts of statistics and one for lists of users, each with its own pace. */
  readonly limiters: { readonly statistics: RateLimiter; readonly users: RateLimiter };
  readonly reportEveryMs: number;
  /** Between two looks at a statistic that is not ready; the vendor asks for 5 s. */
  readonly pollMs: number;
  readonly close: () => Promise<void>;
}

/** The statistics of one PBX as a list of legs. Positions in it are seconds as the PBX tells them. */
export class MangoConnection implements ListConnection {
  readonly account: SourceAccount;
  readonly streams: readonly StreamSpec[];
  /** Statistics are started one by one anyway. */
  readonly concurrency = 1;
  readonly #options: MangoConnectionOptions;
  #users: Promise<readonly RawRow[]> | undefined;

  constructor(options: MangoConnectionOptions) {
    this.#options = options;
    this.account = options.account;
    this.streams = mangoStreams(options);
  }

  now(): number {
    return Math.floor(Date.now() / 1_000) + this.#options.epochOffsetSeconds;
  }

  async fetchPage({ stream, window }: PageRequest, signal: AbortSignal): Promise<Page> {
    if (stream === 'users') return { rows: await this.#usersOnce(signal), hasNext: false };
    const from = window?.from ?? 0;
    const to = Math.min(window?.to ?? Infinity, this.now()) + BEYOND_S;
    // A window that lies in the future holds nothing, and asking for it would be a wrong request.
    if (to < from) return { rows: [], hasNext: false };
    const csv = await this.#statistic(from, to, signal);
    const rows = readStatistic(csv, this.#options.epochOffsetSeconds);
    this.#checkClock(rows);
    // What began before the window is another window's; the engine takes it for a sign that windows are ignored.
    return { rows: rows.filter(({ value }) => !(startOf(value) < from)), hasNext: false };
  }

  /** Not known without asking for every month. */
  farEnd(): Promise<null> {
    return Promise.resolve(null);
  }

  /** Rows are never asked for one by one: the API has no such question. */
  fetchOne(): Promise<null> {
    return Promise.reject(new Error('the statistics of Mango Office have no rows by id'));
  }

  close(): Promise<void> {
    return this.#options.close();
  }

  async #statistic(from: number, to: number, signal: AbortSignal): Promise<string> {
    const { client, limiters, reportEveryMs, pollMs } = this.#options;
    const question = {
      date_from: String(from),
      date_to: String(to),
      fields: STATISTIC_FIELDS.join(','),
    };
    for (let keys = 1; keys <= MOST_KEYS; keys += 1) {
      const { key } = await client.askJson('/vpbx/stats/request', question, {
        pace: { limiter: limiters.statistics, apartMs: reportEveryMs },
        signal,
      });
      if (typeof key !== 'string')
        throw new MangoUnavailableError(client.host, '/vpbx/stats/request', 1, 'an answer without a key');
      let wait = Math.min(FIRST_LOOK_MS, pollMs);
      for (let waited = 0; ; waited += wait) {
        if (waited > LONGEST_WAIT_MIN * 60_000) throw new MangoNotReadyError(client.host, LONGEST_WAIT_MIN);
        if (waited > 0) wait = pollMs;
        await pause(wait, signal);
        const answer = await client.ask('/vpbx/stats/result', { key }, { signal });
        if (answer.status === 200) return answer.text;
        // The key has expired while we waited for something else: another one is asked for.
        if (answer.status === 404) break;
      }
    }
    throw new MangoUnavailableError(client.host, '/vpbx/stats/result', MOST_KEYS, '404 to every key');
  }

  #checkClock(rows: readonly RawRow[]): void {
    const latest = rows.reduce((most, { value }) => Math.max(most, startOf(value) || 0), 0);
    const ahead = latest - this.now();
    if (ahead > AHEAD_S) {
      const configured = `${this.#options.epochOffsetSeconds / HOUR_S}h`;
      throw new MangoClockError(this.account.id, Math.ceil(ahead / HOUR_S), configured);
    }
  }

  /** Asked once for a connection: the list is looked at when the source is opened and read a moment later. */
  #usersOnce(signal: AbortSignal): Promise<readonly RawRow[]> {
    this.#users ??= this.#readUsers(signal).catch((error: unknown) => {
      this.#users = undefined;
      throw error;
    });
    return this.#users;
  }

  async #readUsers(signal: AbortSignal): Promise<readonly RawRow[]> {
    const { client, limiters, reportEveryMs } = this.#options;
    const path = '/vpbx/config/users/request';
    const question = { ext_fields: ['general.user_id', 'groups'] };
    const { users } = await client.askJson(path, question, {
      pace: { limiter: limiters.users, apartMs: reportEveryMs },
      signal,
    });
    if (!Array.isArray(users))
      throw new MangoUnavailableError(client.host, path, 1, 'an answer without users');
    return users.map((user: unknown) => {
      const value = withoutPrivate(user);
      return { text: JSON.stringify(value), value };
    });
  }
}

function startOf(value: unknown): number {
  return Number((value as { start?: unknown }).start ?? NaN);
}

/** Who uses which number; logins and private mobile numbers are nobody's business here. */
function withoutPrivate(user: unknown): object {
  const {
    general = {},
    telephony = {},
    groups = [],
  } = (user ?? {}) as Record<string, Record<string, unknown>>;
  const { user_id: id, name, email, department, position } = general;
  const { extension, numbers, outgoingline } = telephony;
  return {
    user_key: textOf(id) ?? textOf(extension) ?? textOf(name) ?? '',
    general: { user_id: id, name, email, department, position },
    telephony: { extension, numbers, outgoingline },
    groups,
  };
}

function textOf(value: unknown): string | undefined {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' ? String(value) : undefined;
}
