import type { Deal } from './deals.ts';
import type { Story } from './story.ts';

/** Talk that counts as a contact, seconds. */
const TALK = 10;

/** When somebody first dialled for the lead, reached or not. */
export function firstDial({ calls }: Story): (deal: Deal) => number | null {
  return first(calls.filter(({ direction }) => direction === 'out').map(({ deal, startedAt }) => [deal, startedAt])); // prettier-ignore
}

/** When the two first met: a call with talk, a letter or chat message of ours, a meeting that was held. */
export function firstContact({ calls, mail, meetings, crm, deals }: Story): (deal: Deal) => number | null {
  const byId = new Map(deals.map((deal) => [deal.id, deal]));
  return first([
    ...calls.filter(({ talk }) => talk >= TALK).map(({ deal, startedAt }): Moment => [deal, startedAt]),
    ...mail.letters.filter(({ hasArrived }) => hasArrived).map(({ deal, at }): Moment => [deal, at]),
    ...crm.events
      .filter(({ type, entity_type }) => type === 'outgoing_chat_message' && entity_type === 'lead')
      .map(({ entity_id, created_at }): Moment => [byId.get(entity_id) ?? null, created_at]),
    ...crm.notes
      .filter(({ note_type, params }) => note_type === 'amomail_message' && params.income === false)
      .map(({ entity_id, created_at }): Moment => [byId.get(entity_id) ?? null, created_at]),
    ...meetings.filter(({ state }) => state === 'held').map(({ deal, startsAt }): Moment => [deal, startsAt]),
  ]);
}

type Moment = readonly [deal: Deal | null, at: number];

/** The earliest moment of each deal since its creation. */
function first(moments: readonly Moment[]): (deal: Deal) => number | null {
  const earliest = new Map<Deal, number>();
  for (const [deal, at] of moments) {
    if (deal === null || at < deal.created) continue;
    earliest.set(deal, Math.min(earliest.get(deal) ?? Infinity, at));
  }
  return (deal) => earliest.get(deal) ?? null;
}
