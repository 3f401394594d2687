import type { FaultSettings } from '../../stand-in/fault-board.ts';

export type { FaultPlan } from '../../stand-in/fault-board.ts';

/** Every trouble the stand-in can make, by name, with what it does. Most have been seen on real accounts (facts §3–§5). */
export const standInFaults = {
  // What the account allows
  'api-filter-off':
    'the paid filter is not bought: filters on leads, contacts, companies and customers are silently ignored',
  'users-forbidden': 'the token may not read users and roles: 403',
  'external-integration': 'the integration is external: no users, no roles, no sources: 403',
  'own-leads-only':
    'the token is an ordinary manager’s: lists show only what belongs to that user (user=ID, default the first non-admin)',
  'no-rights': 'the token has no right to it: 403 as a problem document (with path=…)',
  'not-there': 'the account has no such thing: 404 (with path=…)',
  'payment-required': 'the subscription is over: every call answers 402',
  'token-revoked': 'the access token stops working: every call answers 401',
  // Rates
  'too-many-requests': 'answers 429 whatever the rate is',
  'rate-limit-html': '429 has the gateway’s HTML page for a body',
  'retry-after': '429 carries a Retry-After header and retry_after in the body (seconds, default 1)',
  banned: 'the account is blocked: every call answers 403 with an HTML page',
  // Trouble on the way
  'server-error': 'answers 500 with a problem document',
  'bad-gateway': 'answers 502 with an HTML page',
  'gateway-timeout': 'answers 504 with an HTML page',
  'slow-answer': 'the answer starts late (ms, default 2000)',
  'slow-body': 'the body comes in small pieces over a long time (ms, default 2000)',
  'cut-json': 'the body ends in the middle, with a right Content-Length',
  'cut-connection': 'the connection breaks in the middle of the body',
  'dropped-connection': 'the connection breaks before anything is answered',
  'html-instead-of-json': 'answers 200 with an HTML page',
  // Lists that do not hold still
  'premature-204': 'a list ends early: 204 although rows follow (page=N: only from that page on, default 2)',
  'short-list': 'a list ends early: a part of the page and no next link (share of rows kept, default 0.5)',
  'mutate-between-pages': 'somebody edits rows (rows=N, default 3) of the list after each page',
  'delete-between-pages':
    'after each page of leads some of its rows (rows=N, default 1) are deleted, so the next pages move up',
  'reorder-ties': 'rows with equal sort values come in another order on every request',
  'duplicate-rows': 'a page begins with the last row of the page before',
  'late-rows': 'a change shows in filtered lists only after a while (seconds, default 60)',
  'no-links': 'lists come without a next link',
  'limit-falls-to-50': 'a limit above 50 gives 50 rows',
  // Events
  'events-limit-50': 'a limit above 100 on events gives 50 rows (seen in 2023)',
  'events-limit-250': 'events serve up to 250 rows a page (seen in 2026)',
  'events-lost': 'a part of the events never shows (share, default 0.1)',
  'events-late': 'events show only after a while (seconds, default 60)',
  'events-strict-entity': 'one entity a request, and customer is refused: 400 (seen on Kommo)',
  // OAuth
  'token-answer-lost': 'tokens are exchanged, the old refresh token is dead, and the answer never arrives',
  'consent-refused': 'the administrator says no on the consent page',
  // Webhooks
  'webhooks-lost': 'hooks are not sent (chance, default all of them)',
  'webhooks-doubled': 'every hook is sent twice',
} as const;

export type FaultName = keyof typeof standInFaults;
export type Faults = FaultSettings<FaultName>;
