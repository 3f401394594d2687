import type { IncomingMessage } from 'node:http';

export const BODY_LIMIT = 1024 * 1024;
/** The sender itself waits two seconds for the whole exchange. */
const PATIENCE_MS = 5_000;

export type Body = { readonly text: string } | { readonly problem: 'too large' | 'too slow' | 'broken' };

/** The whole body as text, or why there is none. What is over the limit is not kept. */
export function readBody(request: IncomingMessage, limit = BODY_LIMIT): Promise<Body> {
  return new Promise((resolve) => {
    const parts: Buffer[] = [];
    let length = 0;
    const end = (body: Body): void => {
      clearTimeout(timer);
      request.off('data', onData);
      // Whatever still comes is read past, so that the sender gets to read the answer.
      request.resume();
      resolve(body);
    };
    const onData = (part: Buffer): void => {
      length += part.length;
      if (length > limit) end({ problem: 'too large' });
      else parts.push(part);
    };
    const timer = setTimeout(() => end({ problem: 'too slow' }), PATIENCE_MS);
    request.on('data', onData);
    request.once('end', () => end({ text: Buffer.concat(parts).toString('utf8') }));
    request.once('error', () => end({ problem: 'broken' }));
    request.once('close', () => end({ problem: 'broken' }));
  });
}
