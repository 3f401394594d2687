import { linkedId } from './asterisk.ts';
import { mangoKey } from './mango.ts';
import type { Call } from './call.ts';
import { uisKey } from './uis.ts';

export { cdrRows, linkedId, masterLine, TRUNK, type CdrRow } from './asterisk.ts';
export { talkSeconds, waitSeconds, type Call, type Leg, type Outcome } from './call.ts';
export type { Exchange, Outage } from './exchange.ts';
export { isoDay, LINES, type Extension } from './extensions.ts';
export { mangoFolder, mangoKey } from './mango.ts';
export { playCalls } from './play.ts';
export { uisFolder, uisKey } from './uis.ts';

/** Whose telephone exchange the company has: decides nothing but the ids by which the CRM knows the calls. */
export type Pbx = 'asterisk' | 'uis' | 'mango';

export const callKeys: Readonly<Record<Pbx, (call: Call) => string>> = {
  asterisk: linkedId,
  uis: uisKey,
  mango: mangoKey,
};
