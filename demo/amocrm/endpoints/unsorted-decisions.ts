import { halValue, notFound, problem, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { isObject, type Json } from '../../stand-in/json.ts';

/** `POST /leads/unsorted/{uid}/accept` and `DELETE /leads/unsorted/{uid}/decline` (facts §2.12). */
export function acceptOrDecline(call: Call): Answer {
  const [, , uid = '', decision, more] = call.segments;
  const isAccept = call.method === 'POST' && decision === 'accept';
  const isDecline = call.method === 'DELETE' && decision === 'decline';
  if ((!isAccept && !isDecline) || more !== undefined) {
    call.unexpected(`${call.method} ${call.path}`);
    return problem(405, 'Method Not Allowed', 'Method not allowed');
  }
  const unsorted = call.crm.unsorted.get(uid);
  if (unsorted === undefined) return notFound(call.method, call.path);
  const request = parsed(call.body);
  const userId = typeof request['user_id'] === 'number' ? request['user_id'] : call.principal.userId;
  if (isAccept) {
    const statusId = typeof request['status_id'] === 'number' ? request['status_id'] : undefined;
    call.life.acceptUnsorted(uid, { userId, ...(statusId === undefined ? {} : { statusId }) });
  } else call.life.declineUnsorted(uid, userId);
  const { uid: own, pipeline_id, category, created_at, _embedded } = unsorted;
  return halValue({ uid: own, pipeline_id, category, created_at, _embedded });
}

function parsed(body: string): Json {
  try {
    const value: unknown = JSON.parse(body);
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}
