import { Random } from './random.ts';
import type { Touch, World } from './world.ts';

/** By which way a contact went. A dial that nobody answered is a call; a letter needs no answer. */
export type Channel = 'call' | 'email' | 'none';

/** How contacts go that the CRM has no call of: some by messenger or in person, which nothing tells of. */
const BY_BOTH: readonly (readonly [Channel, number])[] = [['call', 58], ['email', 8], ['none', 34]]; // prettier-ignore
const BY_PHONE: readonly (readonly [Channel, number])[] = [['call', 70], ['none', 30]]; // prettier-ignore
/** Of what the CRM has no letter of, the rest goes by messenger. */
const UNNOTED_BY_MAIL = 0.35;

/** Decides for every contact once, so that telephone and mail tell of different ones. */
export function channelsOf({ seed, touches }: World): ReadonlyMap<Touch, Channel> {
  const channels = new Map<Touch, Channel>();
  let dealNumber = -1;
  let random = new Random(seed, 'channels');
  for (const touch of touches) {
    const { start } = touch.deal;
    if (start.number !== dealNumber) {
      dealNumber = start.number;
      random = new Random(seed, 'channels', dealNumber);
    }
    channels.set(touch, channelOf(touch, random));
  }
  return channels;
}

function channelOf({ kind, isReached, note, deal }: Touch, random: Random): Channel {
  const { phones, email } = deal.start.client.contact;
  if (kind === 'proposal')
    return email !== null && (note !== null || random.chance(UNNOTED_BY_MAIL)) ? 'email' : 'none';
  if (kind === 'meeting') return 'none';
  if (phones.length === 0)
    return kind === 'contact' && isReached && random.chance(UNNOTED_BY_MAIL) ? 'email' : 'none';
  // What stands in the CRM as a call was one.
  if (kind === 'call_in' || note !== null || !isReached) return 'call';
  return random.weighted(email === null ? BY_PHONE : BY_BOTH);
}
