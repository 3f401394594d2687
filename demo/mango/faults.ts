import type { FaultSettings } from '../stand-in/fault-board.ts';
import { wayFaults } from '../stand-in/server.ts';

/** Every trouble the Mango Office stand-in can make, by name. `path=/stats/result` aims it at one address. */
export const mangoFaults = {
  ...wayFaults,
  // Refusals; each counts as a wrong request, of which one in two minutes is allowed
  'wrong-sign': 'the signature is taken for wrong: 3102',
  'wrong-key': 'the vpbx_api_key is not known: 3105',
  'missing-parameter': 'a parameter is said to be missing: 3103',
  'bad-dates': 'the dates are said to be wrong: 3111',
  'errors-with-200': 'errors come with HTTP 200 and `result` instead of 400 and `code`',
  blocked: 'answers 401, as after too many wrong requests',
  // Limits
  'too-many-requests': 'answers 429 with the vendor’s body',
  overloaded: 'answers 503 with code 5008',
  // Statistics
  'not-ready': 'a result is not ready yet: 204',
  'key-expired': 'a result is gone: 404',
  'epoch-offset': 'times are shown, and dates understood, so many seconds ahead (seconds, default 10800)',
  'late-rows': 'a leg shows only a while after it ends (seconds, default 3600)',
  'reorder-rows': 'rows come in another order each time',
  'end-excluded': 'date_to is not part of the window',
  'records-bare': 'recording ids come without brackets',
  'stray-semicolon': 'a number holds a semicolon, so that its row has a column too many',
  // Webhooks
  'webhooks-shuffled': 'the events of a call arrive in any order',
  'webhooks-doubled': 'every event is sent twice',
  'webhooks-lost': 'events are not sent (chance, default all of them)',
  'webhooks-forged': 'events carry a signature made with another salt',
} as const;

export type MangoFault = keyof typeof mangoFaults;
export type MangoFaults = FaultSettings<MangoFault>;
