import type { FaultBoard, Struck } from '../faults/fault-board.ts';
import {
  forbidden,
  gatewayPage,
  notFound,
  paymentRequired,
  problem,
  unauthorized,
  type Answer,
} from './answer.ts';

/** 403 of a blocked account: the gateway's page, not JSON (issue 434). */
export const blocked = gatewayPage(403, 'Forbidden');

/** 429 in the form the faults ask for (facts §4.2). */
export function tooMany(faults: FaultBoard): Answer {
  const wait = faults.state('retry-after');
  const seconds = wait?.seconds ?? 1;
  const headers = wait === undefined ? {} : { headers: { 'retry-after': String(seconds) } };
  if (faults.state('rate-limit-html')) return { ...gatewayPage(429, 'Too Many Requests'), ...headers };
  const more = wait === undefined ? {} : { retry_after: seconds };
  return {
    ...problem(429, 'Too Many Requests', 'Превышено допустимое количество запросов в секунду', more),
    ...headers,
  };
}

/** The answer of a fault that needs neither the request nor the data; undefined when none strikes. */
export function trouble(faults: FaultBoard, on: Struck): Answer | undefined {
  if (faults.strikes('banned', on)) return blocked;
  if (faults.strikes('too-many-requests', on)) return tooMany(faults);
  if (faults.strikes('token-revoked', on)) return unauthorized;
  if (faults.strikes('payment-required', on)) return paymentRequired;
  if (faults.strikes('no-rights', on)) return forbidden;
  if (faults.strikes('not-there', on)) return notFound('GET', on.path);
  if (faults.strikes('server-error', on)) {
    const detail = 'An unknown error occurred.';
    return problem(500, 'ErrInternalServer', detail, { trace_id: '0af7651916cd43dd8448eb211c80319c' });
  }
  if (faults.strikes('bad-gateway', on)) return gatewayPage(502, 'Bad Gateway');
  if (faults.strikes('gateway-timeout', on)) return gatewayPage(504, 'Gateway Time-out');
  if (faults.strikes('html-instead-of-json', on)) {
    return { ...gatewayPage(200, 'OK'), body: '<!DOCTYPE html><html><body>Maintenance</body></html>' };
  }
  return undefined;
}
