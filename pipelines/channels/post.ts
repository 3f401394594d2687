import { DeliveryError } from './errors.ts';

const TIMEOUT_MS = 20_000;
/** Codes of a connection that failed before anything was sent on it. */
const NEVER_REACHED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

export interface Posted {
  readonly status: number;
  readonly text: string;
  readonly headers: Headers;
}

/**
 * Posts, once. Throws DeliveryError: `later` when the receiver was never reached, `in_doubt` when the request went out and no answer came.
 * `where` names the receiver in messages; the address itself may hold a secret.
 */
export async function post(
  where: string,
  url: string,
  request: { headers?: Record<string, string>; body: string | FormData; timeoutMs?: number },
): Promise<Posted> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      body: request.body,
      redirect: 'manual',
      signal: AbortSignal.timeout(request.timeoutMs ?? TIMEOUT_MS),
      ...(request.headers && { headers: request.headers }),
    });
    return { status: response.status, text: await response.text(), headers: response.headers };
  } catch (error) {
    const code = (error as { cause?: { code?: string } }).cause?.code ?? '';
    const name = error instanceof Error ? error.name : '';
    if (NEVER_REACHED.has(code)) throw new DeliveryError('later', `${where} cannot be reached (${code}).`);
    throw new DeliveryError('in_doubt', `${where} did not answer (${code || name}).`);
  }
}

/** The answers all receivers over HTTP have in common; returns for 2xx. */
export function checkAnswer(where: string, { status, text, headers }: Posted): void {
  if (status >= 200 && status < 300) return;
  const said = `${where} answered ${status}: ${text.slice(0, 200)}`;
  if (status === 429) {
    const seconds = Number(headers.get('retry-after'));
    throw new DeliveryError('later', said, seconds > 0 ? { retryAfter: seconds } : {});
  }
  // A gateway in between may have lost the answer and not the message.
  if (status >= 500) throw new DeliveryError('in_doubt', said);
  if (status === 408 || status === 401 || status === 403 || status === 404)
    throw new DeliveryError('later', `${said}. Check the channel's address and secret.`);
  throw new DeliveryError('refused', said);
}
