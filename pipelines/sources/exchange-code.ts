import type { Warehouse } from '../warehouse/index.ts';
import { oauthTokens } from './amocrm/open.ts';
import { Http, HTTP_DEFAULTS } from './http/client.ts';
import type { AmocrmSettings } from './amocrm/settings.ts';

/**
 * Exchanges the code of amoCRM's consent page (good once, for 20 minutes) for the first pair of tokens and keeps it, encrypted. Throws
 * SecretMissingError, SecretKeyError, TokenRejectedError (the code was used, is too old, or the redirect address differs) and
 * SourceUnavailableError.
 */
export async function exchangeCode(
  config: AmocrmSettings,
  code: string,
  options: { readonly warehouse: Warehouse; readonly environment?: NodeJS.ProcessEnv },
): Promise<void> {
  const http = new Http(HTTP_DEFAULTS);
  try {
    await oauthTokens(config, http, options.warehouse.pool, options.environment ?? process.env).exchangeCode(
      code,
    );
  } finally {
    await http.close();
  }
}

/** Where the administrator says yes; the redirect address is the integration's own, so only these two are sent. */
export function consentUrl(config: AmocrmSettings, clientId: string, state: string): URL {
  const top = new URL(config.base_url).host.endsWith('.kommo.com') ? 'www.kommo.com' : 'www.amocrm.ru';
  const url = new URL(`https://${top}/oauth`);
  url.search = new URLSearchParams({ client_id: clientId, state, mode: 'popup' }).toString();
  return url;
}
