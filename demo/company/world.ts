import { WorkingCalendar, DAY, dayOf } from './calendar.ts';
import { ClientBook, type Client } from './clients.ts';
import type { Deal } from './deal.ts';
import { spanUntil, type Span } from './span.ts';
import { hireStaff, type Staff } from './staff.ts';

export interface Task {
  readonly at: number;
  readonly by: number;
  ownerId: number;
  readonly typeId: number;
  readonly text: string;
  readonly dueAt: number;
  readonly dealId: number | null;
  readonly contactId: number | null;
  completedAt: number | null;
  completedBy: number;
  result: string | null;
  changedAt: number;
}

export interface Note {
  /** A call's note is written when the call ends, which the telephone exchange decides. */
  at: number;
  readonly by: number;
  readonly ownerId: number;
  readonly entity: 'leads' | 'contacts' | 'companies';
  readonly entityId: number;
  readonly type:
    'common' | 'call_in' | 'call_out' | 'amomail_message' | 'sms_out' | 'attachment' | 'service_message';
  params: Readonly<Record<string, unknown>>;
}

/**
 * The company and a client met, outside the CRM: what the telephone exchange, the mailboxes and the calendars tell of, whether
 * anybody wrote it down (`note`) or not. `by` is the deal's owner of that moment.
 */
export interface Touch {
  readonly at: number;
  readonly by: number;
  readonly deal: Deal;
  readonly kind: 'contact' | 'call_in' | 'proposal' | 'meeting';
  readonly isReached: boolean;
  readonly note: Note | null;
}

export interface ChatMessage {
  readonly at: number;
  readonly by: number;
  readonly isIncoming: boolean;
  readonly deal: Deal;
  readonly contactId: number;
  readonly talkId: number;
}

/** A known client will ask again on that day. */
export interface ComingBack {
  readonly at: number;
  readonly client: Client;
  readonly ownerId: number;
}

/** What all lives share: the clock, the people, and the books in which the lives are written down. */
export interface World {
  readonly seed: number;
  readonly span: Span;
  readonly calendar: WorkingCalendar;
  readonly staff: Staff;
  readonly clients: ClientBook;
  readonly deals: Deal[];
  readonly tasks: Task[];
  readonly notes: Note[];
  /** Those of one deal stand together, in order. */
  readonly touches: Touch[];
  readonly chats: ChatMessage[];
  /** By day number. */
  readonly comingBack: Map<number, ComingBack[]>;
  /** Contracts of the corporate team lie with the lawyers: nothing leaves the stage while it lasts. */
  readonly standstill: readonly [from: number, to: number];
}

export const STANDSTILL_FROM = 0.57;
export const STANDSTILL_DAYS = 35;

export function createWorld(seed: number, until: Date, months: number): World {
  const span = spanUntil(until, months);
  const standstillFrom = span.month(months * STANDSTILL_FROM);
  return {
    seed,
    span,
    calendar: new WorkingCalendar(dayOf(span.start) - 10, dayOf(span.until) + 3000),
    staff: hireStaff(seed, span),
    clients: new ClientBook(),
    deals: [],
    tasks: [],
    notes: [],
    touches: [],
    chats: [],
    comingBack: new Map(),
    standstill: [standstillFrom, standstillFrom + STANDSTILL_DAYS * DAY],
  };
}

export function willComeBack(world: World, request: ComingBack): void {
  const day = dayOf(request.at);
  const sameDay = world.comingBack.get(day);
  if (sameDay === undefined) world.comingBack.set(day, [request]);
  else sameDay.push(request);
}
