import type { FaultSettings } from '../stand-in/fault-board.ts';
import { wayFaults } from '../stand-in/server.ts';

/** Every trouble the UIS stand-in can make, by name. `path=get.calls_report` aims it at one method. */
export const uisFaults = {
  ...wayFaults,
  // Who may ask
  'ip-not-whitelisted': 'the address the request comes from is not on the account’s list: -32003',
  'token-invalid': 'the access token is not known: -32001',
  'token-expired': 'the access token has expired: -32001',
  forbidden: 'the user of the token has no right to the method: -32003',
  'component-disabled': 'the account has not bought the component of the method: -32008',
  'account-inactive': 'the account is switched off: -32009',
  // Limits
  'limit-exceeded': 'the points of the minute are used up: -32029 (seconds until they come back, default 1)',
  'day-limit-exceeded': 'the points of the day are used up: -32029 (seconds, default 3600)',
  'no-limits': 'metadata comes without limits',
  'status-with-errors': 'errors come with an HTTP status that fits (401, 403, 429, 400) instead of 200',
  'internal-error': 'answers -32603',
  // Rows
  'empties-vary': 'what is empty comes as null, as [] or as {}, anyhow',
  'ongoing-included': 'calls that go on show although nobody asked for them, without finish_time',
  'late-rows': 'a session and its legs show only a while after they end (seconds, default 3600)',
  'reorder-ties': 'rows that begin in the same second come in another order each time',
  'records-are-urls': 'call_records holds addresses instead of ids',
  'short-page': 'a page ends early, total_items says so (share of rows kept, default 0.5)',
} as const;

export type UisFault = keyof typeof uisFaults;
export type UisFaults = FaultSettings<UisFault>;
