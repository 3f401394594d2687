import type { ServerResponse } from 'node:http';

/** What is shown while the dashboard itself is being built: once after an update, some seconds. No style and no script, by the CSP. */
export function answerWaiting(response: ServerResponse, failure: string | undefined): void {
  response.statusCode = 503;
  response.setHeader('content-type', 'text/html; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.setHeader('retry-after', '3');
  const text =
    failure === undefined
      ? 'The dashboard is being built, once after an update; it opens by itself in some seconds.'
      : 'The dashboard could not be built; the log of voronka says why. The KPIs are served all the same.';
  const refresh = failure === undefined ? '<meta http-equiv="refresh" content="2">' : '';
  response.end(
    `<!doctype html><html lang="en"><head><meta charset="utf-8">${refresh}<title>voronka</title></head><body><p>${text}</p></body></html>`,
  );
}
