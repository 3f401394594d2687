import { createHash } from 'node:crypto';
import { parseDuration } from '../../config/index.ts';
import type { OpenOptions } from '../engine/kind.ts';
import { RateLimiter } from '../engine/rate-limiter.ts';
import { Http, HTTP_DEFAULTS } from '../http/client.ts';
import { MangoClient } from './client.ts';
import { MangoConnection } from './connection.ts';
import { mangoCredentials } from './credentials.ts';
import type { MangoSettings } from './settings.ts';

/** Of the whole product; statistics and lists of users have a pace of their own beside it. */
const PER_SECOND = 10;
/** A month is 28 days at least, and the question goes six hours beyond the window. */
const LONGEST_WINDOW_S = 27 * 86_400;
const SHORTEST_WINDOW_S = 3_600;
/** How far back the first read goes when `history_from` does not say. */
const USUAL_HISTORY_S = 3 * 365 * 86_400;
const PENALTY_MS = 121_000;
const POLL_MS = 5_000;

/** What `options.http` may say beside the HTTP client's own settings. */
interface MangoTimes {
  readonly pollMs?: number;
  readonly penaltyMs?: number;
}

/** Asks nothing yet: the API has no question about the account itself. Throws SecretMissingError. */
export function openMango(settings: MangoSettings, options: OpenOptions): Promise<MangoConnection> {
  const { warehouse, environment } = options;
  const times = (options.http ?? {}) as MangoTimes;
  const baseUrl = new URL(settings.base_url);
  const credentials = mangoCredentials(settings, environment);
  const product = `mango ${baseUrl.host} ${createHash('sha256').update(credentials.key).digest('hex').slice(0, 12)}`;
  const { pool } = warehouse;
  const limiter = (bucket: string, perSecond: number): RateLimiter =>
    new RateLimiter({ pool, bucket, perSecond });
  // TLS 1.3 is not supported there (VPBX API 1.9, 1.3).
  const http = new Http({ ...HTTP_DEFAULTS, ...options.http, maxTls: 'TLSv1.2' });
  const seconds = (text: string): number => (parseDuration(text) ?? 0) / 1_000;
  const epochOffsetSeconds = seconds(settings.epoch_offset);
  return Promise.resolve(
    new MangoConnection({
      client: new MangoClient({
        baseUrl,
        http,
        limiter: limiter(product, PER_SECOND),
        credentials,
        variables: { key: settings.key_env, salt: settings.salt_env },
        penaltyMs: times.penaltyMs ?? PENALTY_MS,
        ...(options.maxTries !== undefined && { maxTries: options.maxTries }),
      }),
      account: {
        id: settings.name,
        name: settings.name,
        place: baseUrl.host,
        timeZone: null,
        currency: null,
        windowsHonoured: null,
        oldest: Math.floor(Date.now() / 1_000) + epochOffsetSeconds - USUAL_HISTORY_S,
      },
      epochOffsetSeconds,
      overlapSeconds: seconds(settings.overlap),
      windowSeconds: Math.min(LONGEST_WINDOW_S, Math.max(SHORTEST_WINDOW_S, seconds(settings.window))),
      limiters: {
        // Their pace is the pause after each of them: less than one a second.
        statistics: limiter(`${product} statistics`, PER_SECOND),
        users: limiter(`${product} users`, PER_SECOND),
      },
      reportEveryMs: seconds(settings.report_every) * 1_000,
      pollMs: times.pollMs ?? POLL_MS,
      close: () => http.close(),
    }),
  );
}
