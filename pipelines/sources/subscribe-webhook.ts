import type { Warehouse } from '../warehouse/index.ts';
import {
  NoRightsError,
  PaymentRequiredError,
  RequestRefusedError,
  SourceUnavailableError,
} from './amocrm/errors.ts';
import { Http, HTTP_DEFAULTS } from './http/client.ts';
import type { AmocrmSettings } from './amocrm/settings.ts';
import { maskSecrets } from './http/mask.ts';
import { tokensOf } from './amocrm/open.ts';
import { RateLimiter } from './engine/rate-limiter.ts';

export interface WebhookSubscription {
  /** Where amoCRM posts to. One subscription per address: subscribing again changes it. */
  readonly destination: string;
  /** Codes such as `status_lead`. */
  readonly settings: readonly string[];
}

/**
 * `POST /api/v4/webhooks` (developers' page "webhooks-api"): needs an administrator's token and a plan with webhooks. Asked once: a
 * failure is for the person at the keyboard. Throws NoRightsError, PaymentRequiredError, RequestRefusedError, SourceUnavailableError,
 * and what getting a token throws.
 */
export async function subscribeWebhook(
  config: AmocrmSettings,
  subscription: WebhookSubscription,
  options: { readonly warehouse: Warehouse; readonly environment?: NodeJS.ProcessEnv },
): Promise<void> {
  const { pool } = options.warehouse;
  const baseUrl = new URL(config.base_url);
  const path = 'webhooks';
  const http = new Http(HTTP_DEFAULTS);
  try {
    const limiter = new RateLimiter({
      pool,
      bucket: `amocrm ${baseUrl.host}`,
      perSecond: config.requests_per_second,
    });
    const tokens = tokensOf(config, http, pool, options.environment ?? process.env);
    const post = async (token: string) => {
      const grant = await limiter.acquire();
      const json = { destination: subscription.destination, settings: subscription.settings, sort: 10 };
      return http.send(new URL(`/api/v4/${path}`, baseUrl), { token, json, onSent: () => grant.sent() });
    };
    const token = await tokens.current();
    let answer = await post(token);
    if (answer.status === 401) answer = await post(await tokens.renew(token));
    if (answer.status === 200 || answer.status === 201) return;
    const said = maskSecrets(answer.text.replace(/\s+/g, ' ').slice(0, 300), tokens.secrets());
    if (answer.status === 402) throw new PaymentRequiredError(baseUrl.host, path);
    if (answer.status === 403) throw new NoRightsError(baseUrl.host, path);
    if (answer.status === 429 || answer.status >= 500)
      throw new SourceUnavailableError(baseUrl.host, path, 1, `${answer.status} ${said}`);
    throw new RequestRefusedError(baseUrl.host, path, answer.status, said);
  } finally {
    await http.close();
  }
}
