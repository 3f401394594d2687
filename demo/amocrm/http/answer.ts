import { wireOf, type WireText } from '../wire-text.ts';

/** What is sent back. An empty body with 204 is sent without any content type. */
export interface Answer {
  readonly status: number;
  readonly contentType: string;
  readonly body: WireText;
  readonly headers?: Readonly<Record<string, string>>;
}

export const noContent: Answer = { status: 204, contentType: '', body: '' };

export function hal(body: WireText, status = 200): Answer {
  return { status, contentType: 'application/hal+json', body };
}

export function halValue(value: unknown, status = 200): Answer {
  return hal(wireOf(value), status);
}

/** An error in the form of facts §4.2. */
export function problem(
  status: number,
  title: string,
  detail: string,
  more: Record<string, unknown> = {},
): Answer {
  const body = { ...more, title, type: `https://httpstatus.es/${status}`, status, detail };
  return { status, contentType: 'application/problem+json', body: wireOf(body) };
}

/** A page of the gateway in front of the API: not JSON, whatever the client asked for. */
export function gatewayPage(status: number, title: string): Answer {
  const body = `<html>\r\n<head><title>${status} ${title}</title></head>\r\n<body>\r\n<center><h1>${status} ${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return { status, contentType: 'text/html', body };
}

export const unauthorized = problem(401, 'Unauthorized', 'Invalid user name or password');
export const forbidden = problem(403, 'Forbidden', 'Доступ запрещен');
export const paymentRequired = problem(402, 'Payment Required', 'Account is not paid');

export function notFound(method: string, path: string): Answer {
  return problem(404, 'Not Found', `Cannot ${method} ${path}!`);
}

export function badFilter(detail = 'Invalid params passed to filter'): Answer {
  return problem(400, 'Bad Request', detail);
}

/** A parameter the API does not have: 400 with the documented list of what did not fit. */
export function notValid(path: string, detail: string): Answer {
  return problem(400, 'Bad Request', 'Request validation failed', {
    'validation-errors': [{ request_id: '0', errors: [{ code: 'NotSupportedChoice', path, detail }] }],
  });
}
