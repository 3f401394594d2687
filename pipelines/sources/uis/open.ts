import { createHash } from 'node:crypto';
import { IANAZone } from 'luxon';
import { parseDuration, readSecret } from '../../config/index.ts';
import type { OpenOptions } from '../engine/kind.ts';
import { RateLimiter } from '../engine/rate-limiter.ts';
import { Http, HTTP_DEFAULTS } from '../http/client.ts';
import { UisClient } from './client.ts';
import { UisConnection } from './connection.ts';
import { UisUnavailableError } from './errors.ts';
import { LocalAxis } from './local-axis.ts';
import type { UisSettings } from './settings.ts';

/** Far above what the points of a minute allow; it only keeps bursts of several processes apart. */
const PER_SECOND = 20;
const TWO_LANES = 2;
/** How far back the first read goes when `history_from` does not say. */
const USUAL_HISTORY_S = 3 * 365 * 86_400;

/** Finds the account and its time zone. Throws what the client throws. */
export async function openUis(settings: UisSettings, options: OpenOptions): Promise<UisConnection> {
  const { warehouse, environment, signal } = options;
  const url = new URL(settings.base_url);
  const token = readSecret(settings.token_env, 'the access token of the UIS Data API', environment);
  // Points belong to the account, which is known by its token only.
  const bucket = `uis ${url.host} ${createHash('sha256').update(token).digest('hex').slice(0, 12)}`;
  const http = new Http({ ...HTTP_DEFAULTS, ...options.http });
  try {
    const client = new UisClient({
      url,
      http,
      limiter: new RateLimiter({ pool: warehouse.pool, bucket, perSecond: PER_SECOND }),
      token,
      tokenVariable: settings.token_env,
      ...(options.maxTries !== undefined && { maxTries: options.maxTries }),
    });
    const { data } = await client.call('get.account', {}, signal);
    const { name, timezone } = (data[0] ?? {}) as { name?: unknown; timezone?: unknown };
    if (typeof timezone !== 'string' || !IANAZone.isValidZone(timezone))
      throw new UisUnavailableError(url.host, 'get.account', 1, 'an answer without the account’s time zone');
    const axis = new LocalAxis(timezone);
    return new UisConnection({
      client,
      axis,
      account: {
        id: settings.name,
        name: typeof name === 'string' ? name : settings.name,
        place: url.host,
        timeZone: timezone,
        currency: null,
        windowsHonoured: null,
        oldest: axis.now() - USUAL_HISTORY_S,
      },
      overlapSeconds: (parseDuration(settings.overlap) ?? 0) / 1_000,
      concurrency: options.concurrency ?? TWO_LANES,
      close: () => http.close(),
    });
  } catch (error) {
    await http.close();
    throw error;
  }
}
