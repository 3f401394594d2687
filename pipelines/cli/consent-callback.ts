import { timingSafeEqual } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { PortInUseError } from '../../cube/errors.ts';
import { VoronkaError } from '../errors.ts';
import { UsageError } from './usage-error.ts';

export class ConsentRefusedError extends VoronkaError {
  constructor(reason: string) {
    super(
      `Access was not granted (${reason}). Run the command again and press "Allow" as an administrator of the account.`,
      {
        code: 'CONSENT_REFUSED',
        retry: 'never',
      },
    );
  }
}

/**
 * Listens where the consent page redirects to, on loopback only, until it comes with the code. An answer with another `state` is not
 * ours (somebody may have lured the browser here) and is ignored. `onListening` is called when an answer could come.
 *
 * Throws UsageError when the redirect does not lead to this machine, PortInUseError, ConsentRefusedError.
 */
export async function waitForCode(redirect: URL, state: string, onListening: () => void): Promise<string> {
  if (redirect.protocol !== 'http:' || !['localhost', '127.0.0.1'].includes(redirect.hostname)) {
    throw new UsageError(
      `The redirect ${redirect.href} does not lead to this machine. Grant access in the browser, copy \`code\` from the address it ends at, ` +
        'and run the command again with --code.',
    );
  }
  const port = Number(redirect.port || 80);
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', redirect);
      const { code, error, state: given } = Object.fromEntries(url.searchParams);
      if (url.pathname !== redirect.pathname || !isSame(given ?? '', state))
        return answer(response, 404, 'This is not the page you are looking for.');
      if (error !== undefined) {
        answer(response, 200, 'Access was not granted. You can close this page.');
        server.close();
        return reject(new ConsentRefusedError(error));
      }
      if (!code) return answer(response, 400, 'The code is missing.');
      answer(response, 200, 'Thank you. voronka has what it needs; you can close this page.');
      server.close();
      resolve(code);
    });
    server.on('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new PortInUseError('127.0.0.1', port, error) : error);
    });
    server.listen(port, '127.0.0.1', onListening);
  });
}

function answer(response: ServerResponse, status: number, text: string): void {
  response
    .writeHead(status, { 'content-type': 'text/plain; charset=utf-8', connection: 'close' })
    .end(`${text}\n`);
}

function isSame(left: string, right: string): boolean {
  const [a, b] = [Buffer.from(left), Buffer.from(right)];
  return a.length === b.length && timingSafeEqual(a, b);
}
