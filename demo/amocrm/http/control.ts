import type { ServerResponse } from 'node:http';
import type { CardKind } from '../state/cards.ts';
import type { Truth, TruthStream } from '../truth.ts';
import { halValue, notFound, problem, type Answer } from './answer.ts';
import type { LoggedRequest } from '../../stand-in/request-log.ts';

/** What another process may do with a running stand-in. */
export interface Controlled {
  readonly truth: Truth;
  readonly requests: LoggedRequest[];
  readonly unexpected: string[];
  /** Calls a method of the stand-in by name: `createLead`, `clock.advance`, `setFaults`, … */
  invoke(method: string, args: readonly unknown[]): unknown;
}

/**
 * The stand-in's own door, for tests that run it in another process: `GET /_stand-in/truth/leads?with=contacts` (JSON lines),
 * `GET /_stand-in/requests`, `GET /_stand-in/unexpected`, `POST /_stand-in/call {"method","args"}`. Not rated, not logged.
 */
export async function control(
  controlled: Controlled,
  method: string,
  path: string,
  query: string,
  body: string,
  response: ServerResponse,
): Promise<void> {
  const what = path.slice('/_stand-in/'.length);
  if (method === 'GET' && what.startsWith('truth/')) {
    const parameters = new URLSearchParams(query);
    const withs = (parameters.get('with') ?? '').split(',').filter(Boolean);
    const notesOf = parameters.get('notes_of');
    response.writeHead(200, { 'content-type': 'application/x-ndjson' });
    const options = { with: withs, ...(notesOf === null ? {} : { notesOf: notesOf as CardKind }) };
    let chunk = '';
    for (const row of controlled.truth.rows(what.slice('truth/'.length) as TruthStream, options)) {
      chunk += `${row.text}\n`;
      if (chunk.length < 1 << 16) continue;
      if (!response.write(chunk)) await new Promise((resolve) => response.once('drain', resolve));
      chunk = '';
    }
    response.end(chunk);
    return;
  }
  const answer = await other(controlled, method, what, body);
  response.writeHead(answer.status, { 'content-type': 'application/json' });
  response.end(answer.body, 'latin1');
}

async function other(controlled: Controlled, method: string, what: string, body: string): Promise<Answer> {
  if (method === 'GET' && what === 'requests') return halValue(controlled.requests);
  if (method === 'GET' && what === 'unexpected') return halValue(controlled.unexpected);
  if (method !== 'POST' || what !== 'call') return notFound(method, what);
  try {
    const { method: name, args = [] } = JSON.parse(body) as { method: string; args?: unknown[] };
    return halValue({ result: (await controlled.invoke(name, args)) ?? null });
  } catch (error) {
    return problem(400, 'Bad Request', (error as Error).message);
  }
}
