import type { ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { FaultBoard, Struck } from '../faults/fault-board.ts';
import type { Answer } from './answer.ts';
import type { LoggedRequest } from '../../stand-in/request-log.ts';

/** Sends an answer, spoiled on the way by whatever faults strike. */
export async function deliver(
  response: ServerResponse,
  answer: Answer,
  on: Struck,
  faults: FaultBoard,
  logged: LoggedRequest,
): Promise<void> {
  logged.status = answer.status;
  response.statusCode = answer.status;
  response.setHeader('x-request-id', randomUUID());
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value);
  if (answer.status === 204) {
    response.end();
    return;
  }
  response.setHeader('content-type', answer.contentType);
  const { body } = answer;
  const isBodyOfApi = answer.status === 200 && body.length > 2;
  if (isBodyOfApi && faults.strikes('cut-json', on)) {
    const half = body.slice(0, Math.floor(body.length / 2));
    response.setHeader('content-length', half.length);
    response.end(half, 'latin1');
    return;
  }
  response.setHeader('content-length', body.length);
  if (isBodyOfApi && faults.strikes('cut-connection', on)) {
    logged.status = 0;
    response.write(body.slice(0, Math.floor(body.length / 2)), 'latin1');
    await pause(20);
    response.destroy();
    return;
  }
  const slow = isBodyOfApi ? faults.strikes('slow-body', on) : undefined;
  if (slow !== undefined) await dribble(response, body, slow.ms ?? 2000);
  response.end(slow === undefined ? body : '', 'latin1');
}

const pieces = 20;

async function dribble(response: ServerResponse, body: string, ms: number): Promise<void> {
  const size = Math.ceil(body.length / pieces);
  for (let begin = 0; begin < body.length && !response.destroyed; begin += size) {
    response.write(body.slice(begin, begin + size), 'latin1');
    await pause(ms / pieces);
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
