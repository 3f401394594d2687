import type { IncomingMessage } from 'node:http';

const BODY_LIMIT = 16 * 1024;
export const COOKIE = 'voronka_session';

export const pathOf = (request: IncomingMessage): string => (request.url ?? '/').split('?', 1)[0] ?? '/';

export function cookieOf(request: IncomingMessage): string | undefined {
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at > 0 && part.slice(0, at).trim() === COOKIE) return part.slice(at + 1).trim();
  }
  return undefined;
}

const isLoopback = (address: string): boolean => /^(?:::ffff:)?127\.|^::1$/.test(address);

/** A proxy on this machine says for whom it asks; from anywhere else the header is a claim of the client's own. */
function behindProxy(request: IncomingMessage, header: string): string | undefined {
  const value = request.headers[header];
  return isLoopback(request.socket.remoteAddress ?? '') && typeof value === 'string'
    ? value.split(',').at(-1)?.trim()
    : undefined;
}

export const addressOf = (request: IncomingMessage): string =>
  behindProxy(request, 'x-forwarded-for') ?? request.socket.remoteAddress ?? 'unknown';

export const isSecure = (request: IncomingMessage): boolean =>
  'encrypted' in request.socket || request.headers['x-forwarded-proto'] === 'https';

/**
 * Whether a page of this site asks: browsers say so themselves (Fetch Metadata), older ones name the origin. What says neither comes
 * from no page, and without a page nobody's cookie is abused.
 */
export function isOwnPage(request: IncomingMessage): boolean {
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) return site === 'same-origin';
  const { origin, host } = request.headers;
  if (origin === undefined) return true;
  try {
    return new URL(origin).host === host;
  } catch {
    return false;
  }
}

/** The JSON of a body; undefined when it is none, too long, or not said to be JSON (which a form of another site cannot say). */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return undefined;
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > BODY_LIMIT) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    return undefined;
  }
}
