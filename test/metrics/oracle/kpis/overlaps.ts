import { grouped } from '../story/grouped.ts';
import type { Story } from '../story/story.ts';
import { DAYS, type Fact } from './kpi.ts';

/** Talk that counts as a contact, seconds. */
const TALK = 10;

interface Touch {
  readonly client: number;
  readonly at: number;
  readonly manager: string | null;
  readonly channel: 'call' | 'mail' | 'chat' | 'meeting';
}

/** Answered calls, letters and chat messages of ours, meetings held, each with the client it was with. */
function touches({ calls, mail, meetings, crm, deals, people }: Story): Touch[] {
  const byId = new Map(deals.map((deal) => [deal.id, deal]));
  const told = [
    ...calls
      .filter(({ talk, direction }) => talk >= TALK && direction !== 'internal')
      .map(({ client, startedAt: at, manager }) => ({ client, at, manager, channel: 'call' as const })),
    ...mail.letters
      .filter(({ hasArrived }) => hasArrived)
      .map(({ client, at, manager }) => ({ client, at, manager, channel: 'mail' as const })),
    ...crm.events
      .filter(({ type, entity_type }) => type === 'outgoing_chat_message' && entity_type === 'lead')
      .map(({ entity_id, created_at: at, created_by }) => ({
        client: byId.get(entity_id)?.client ?? null,
        at,
        manager: people.id(created_by),
        channel: 'chat' as const,
      })),
    // The CRM's own copy of a letter does not know that it came back.
    ...crm.notes
      .filter(({ note_type, params }) => note_type === 'amomail_message' && params.income === false)
      .map(({ entity_id, created_at: at, created_by }) => ({
        client: byId.get(entity_id)?.client ?? null,
        at,
        manager: people.id(created_by),
        channel: 'mail' as const,
      })),
    ...meetings
      .filter(({ state }) => state === 'held')
      .map(({ client, startsAt: at, manager }) => ({ client, at, manager, channel: 'meeting' as const })),
  ];
  return told.flatMap(({ client, ...touch }) => (client === null ? [] : [{ client, ...touch }]));
}

/** Clients contacted within a day after a contact of another channel or of another manager, each once a day, for whoever came second. */
export function overlaps(story: Story): Fact[] {
  const found = new Map<string, Fact>();
  for (const [client, own] of grouped(touches(story), (touch) => touch.client)) {
    for (const second of own) {
      const isOverlap = own.some(
        (first) =>
          first !== second &&
          first.at <= second.at &&
          second.at - first.at <= DAYS &&
          (first.channel !== second.channel || first.manager !== second.manager),
      );
      if (isOverlap && second.manager !== null)
        found.set(`${client} ${second.manager} ${story.dayOf(second.at)}`, {
          at: second.at,
          manager: second.manager,
        });
    }
  }
  return [...found.values()];
}
