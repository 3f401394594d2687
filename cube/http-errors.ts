import type { ErrorMiddleware } from './cube-packages.ts';

/**
 * What Express itself refuses (a body that is no JSON, a body too large, a broken address) is
 * answered as JSON like Cube's own errors, in place of an HTML page.
 */
export const answerErrors: ErrorMiddleware = (error, _request, response, next) => {
  if (response.headersSent) {
    next();
    return;
  }
  const { status = 500, message = 'Internal error' } = error as { status?: number; message?: string };
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.end(JSON.stringify({ error: status < 500 ? `Bad request: ${message}` : 'Internal error' }));
};
