import { createReadStream, readdirSync, statSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, relative, sep } from 'node:path';
import { pathOf } from './request.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

/** The files of a bundle, by their addresses: only what was there at the start, so no address leads out of the folder. */
export class StaticFiles {
  readonly #files = new Map<string, string>();

  constructor(folder: string) {
    for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
      const file = join(entry.parentPath, entry.name);
      if (entry.isFile()) this.#files.set(`/${relative(folder, file).replaceAll(sep, '/')}`, file);
    }
  }

  /** Serves the file of the request's path, or `path`; false when there is none. */
  serve(request: IncomingMessage, response: ServerResponse, path = pathOf(request)): boolean {
    const file = this.#files.get(path);
    const type = TYPES[extname(path)];
    if (file === undefined || type === undefined) return false;
    const encoding = this.#encoding(path, String(request.headers['accept-encoding'] ?? ''));
    const sent = encoding === undefined ? file : `${file}.${encoding}`;
    response.setHeader('content-type', type);
    response.setHeader('vary', 'accept-encoding');
    if (encoding !== undefined) response.setHeader('content-encoding', encoding === 'gz' ? 'gzip' : encoding);
    // Names in assets/ carry a hash of what is in them.
    response.setHeader(
      'cache-control',
      path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
    );
    response.setHeader('content-length', statSync(sent).size);
    if (request.method === 'HEAD') response.end();
    else
      createReadStream(sent)
        .on('error', () => response.destroy())
        .pipe(response);
    return true;
  }

  #encoding(path: string, accepted: string): 'br' | 'gz' | undefined {
    if (/\bbr\b/.test(accepted) && this.#files.has(`${path}.br`)) return 'br';
    return /\bgzip\b/.test(accepted) && this.#files.has(`${path}.gz`) ? 'gz' : undefined;
  }
}
