/** An answer of `/web/*` that is no success, with the code it carries. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string) {
    super(code);
    this.status = status;
    this.code = code;
  }
}

export async function request<T>(path: string, init: RequestInit = {}): Promise<T> {
  let response: Response;
  try {
    response = await fetch(path, {
      ...init,
      credentials: 'same-origin',
      headers: init.body == null ? {} : { 'content-type': 'application/json' },
    });
  } catch {
    throw new HttpError(0, 'UNREACHABLE');
  }
  const text = await response.text();
  const body = (text === '' ? undefined : safeJson(text)) as T & { error?: string };
  if (!response.ok) throw new HttpError(response.status, body?.error ?? 'UNAVAILABLE');
  return body;
}

export const post = <T>(path: string, body: unknown = {}): Promise<T> =>
  request<T>(path, { method: 'POST', body: JSON.stringify(body) });

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
