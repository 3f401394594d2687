import { createHmac, timingSafeEqual } from 'node:crypto';
import { VoronkaError } from '../errors.ts';

export const SECRET_VARIABLE = 'VORONKA_WEBHOOK_SECRET';
const SHORTEST_KEY = 16;

export class WebhookSecretError extends VoronkaError {
  constructor(length: number) {
    super(
      `${SECRET_VARIABLE} is ${length} characters long, at least ${SHORTEST_KEY} are needed. Take a random one, for example from: openssl rand -hex 32`,
      { code: 'WEBHOOK_SECRET', retry: 'never' },
    );
  }
}

/** What the addresses are made from: VORONKA_WEBHOOK_SECRET, else the API's secret. Throws WebhookSecretError. */
export function webhookKey(apiSecret: string, environment: NodeJS.ProcessEnv = process.env): string {
  const given = environment[SECRET_VARIABLE]?.trim();
  if (!given) return apiSecret;
  if (given.length < SHORTEST_KEY) throw new WebhookSecretError(given.length);
  return given;
}

/**
 * `/hooks/amocrm/<source>/<secret>`. amoCRM signs nothing, so the address is the only proof that a post is from there. Each source has its
 * own (HMAC-SHA256 of its name), 43 characters: one that leaks gives away neither the key nor the others.
 */
export function hookPath(source: string, key: string): string {
  return `/hooks/amocrm/${source}/${secretOf(source, key)}`;
}

/** The source whose address this is; undefined for every other path. Takes the same time however much of a secret is right. */
export function sourceAt(path: string, sources: readonly string[], key: string): string | undefined {
  const [, name, given] = ADDRESS.exec(path) ?? [];
  if (name === undefined || given === undefined) return undefined;
  const isRight = timingSafeEqual(digest(given, key), digest(secretOf(name, key), key));
  return isRight && sources.includes(name) ? name : undefined;
}

const ADDRESS = /^\/hooks\/amocrm\/([a-z][a-z0-9_]{0,30})\/([\w-]{1,128})$/;

function secretOf(source: string, key: string): string {
  return createHmac('sha256', key).update(`voronka webhook ${source}`).digest('base64url');
}

/** Of equal length whatever was given, as the comparison needs. */
function digest(text: string, key: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
