import type { Appointment } from '../raw/calendars.ts';
import { grouped } from './grouped.ts';
import type { Clients } from './clients.ts';
import type { Deal } from './deals.ts';
import type { People } from './people.ts';

/** An appointment with somebody outside the company. */
export interface Meeting {
  readonly id: string;
  readonly startsAt: number;
  readonly seconds: number;
  readonly state: 'held' | 'planned' | 'cancelled';
  readonly isPresentation: boolean;
  readonly manager: string | null;
  readonly client: number | null;
  readonly deal: Deal | null;
}

export function tellMeetings(
  appointments: readonly Appointment[],
  people: People,
  clients: Clients,
  now: number,
): Meeting[] {
  const domains = new Set(appointments.map(({ owner }) => owner.split('@')[1]));
  const meetings: Meeting[] = [];
  for (const [id, copies] of grouped(appointments, ({ uid }) => uid)) {
    const copy = copies.find(({ owner, organizer }) => owner === organizer) ?? copies[0];
    const outside = copy?.guests.filter(({ address }) => !domains.has(address.split('@')[1])) ?? [];
    if (copy === undefined || outside.length === 0) continue;
    const isOff = copy.isCancelled || outside.every(({ answer }) => answer === 'DECLINED');
    const card =
      outside.map(({ address }) => clients.cardOf(address)).find((known) => known !== null) ?? null;
    meetings.push({
      id,
      startsAt: copy.startsAt,
      seconds: copy.endsAt - copy.startsAt,
      state: isOff ? 'cancelled' : copy.endsAt <= now ? 'held' : 'planned',
      isPresentation: copy.isPresentation,
      manager: people.byMailbox(copy.organizer),
      client: card === null ? null : clients.clientOf(card),
      deal: card === null ? null : clients.dealOf(card, copy.startsAt),
    });
  }
  return meetings;
}
