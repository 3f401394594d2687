import { createHash } from 'node:crypto';
import { DateTime } from 'luxon';
import nodeIcal, { type VEvent } from 'node-ical';
import type { RawRow } from '../engine/connection.ts';
import { PUBLIC_DOMAINS } from '../mail/mailbox-row.ts';
import { NotACalendarError } from './errors.ts';
import { withKnownZones } from './time-zones.ts';

export interface Attendee {
  readonly address: string;
  readonly answer: 'accepted' | 'declined' | 'tentative' | 'none';
  /** Rooms and resources are invited like people. */
  readonly is_person: boolean;
}

/** A payload of `raw.calendar__events`: one meeting that takes place once. No title, no description, no place, no names. */
export interface Occurrence {
  readonly key: string;
  readonly calendar: string;
  /** What a deletion names: the object's address on its server, or the UID. */
  readonly object: string;
  readonly owner: string;
  /** The domain that the owner's colleagues share; null for one of a public provider. */
  readonly own_domain: string | null;
  readonly uid: string;
  /** The start by the rule of the series, ISO; null where there is none. Moving a meeting leaves it. */
  readonly recurrence_id: string | null;
  readonly start_at: string;
  readonly end_at: string;
  readonly is_all_day: boolean;
  readonly status: 'confirmed' | 'tentative' | 'cancelled';
  readonly is_private: boolean;
  /** Does not take up its time (TRANSP). */
  readonly is_free: boolean;
  readonly kind: 'meeting' | 'presentation';
  readonly organizer: string | null;
  readonly attendees: readonly Attendee[];
  readonly title?: string;
}

export interface ExpansionRules {
  /** Of times without a zone, and of days. */
  readonly zone: string;
  readonly from: Date;
  readonly to: Date;
  readonly presentationTitles: RegExp | null;
  readonly presentationCategories: ReadonlySet<string>;
  readonly keepTitles: boolean;
}

export interface Origin {
  readonly calendar: string;
  readonly owner: string;
  /** Default: the UID of each event. */
  readonly object?: string;
  /** For messages. */
  readonly place: string;
}

/**
 * The meetings of an iCalendar text that begin within the rules' window. Recurring ones are expanded in their own zone, with their
 * exceptions: a removed instance is not there, a moved or cancelled one is as it was changed.
 * Throws NotACalendarError for anything but one whole calendar.
 */
export function occurrencesIn(text: string, origin: Origin, rules: ExpansionRules): readonly RawRow[] {
  if (!/^\ufeff?\s*BEGIN:VCALENDAR/i.test(text))
    throw new NotACalendarError(origin.place, 'it does not begin as one');
  if (!/END:VCALENDAR\s*$/i.test(text)) throw new NotACalendarError(origin.place, 'it breaks off');
  const found = new Map<string, Occurrence>();
  for (const component of Object.values(nodeIcal.sync.parseICS(withKnownZones(text, rules.zone)))) {
    if (component?.type !== 'VEVENT') continue;
    for (const occurrence of expand(component, origin, rules)) found.set(occurrence.key, occurrence);
  }
  return [...found.values()].map((value) => ({ text: JSON.stringify(value), value }));
}

function* expand(event: VEvent, origin: Origin, rules: ExpansionRules): Generator<Occurrence> {
  const isWithin = (start: Date): boolean => start >= rules.from && start <= rules.to;
  if (event.rrule) {
    for (const { start, end, event: instance } of nodeIcal.expandRecurringEvent(event, {
      from: rules.from,
      to: rules.to,
    })) {
      const series = instance.recurrenceid ?? start;
      yield occurrenceOf(instance, { start, end, series }, origin, rules);
    }
    return;
  }
  // Instances of a series that the owner is not invited to as a whole come without it.
  const alone = new Set<VEvent>([event, ...(Object.values(event.recurrences ?? {}) as VEvent[])]);
  for (const instance of alone) {
    if (!isWithin(instance.start)) continue;
    const { start, end = start, recurrenceid: series = null } = instance;
    yield occurrenceOf(instance, { start, end, series }, origin, rules);
  }
}

interface Times {
  readonly start: Date;
  readonly end: Date;
  readonly series: Date | null;
}

function occurrenceOf(event: VEvent, times: Times, origin: Origin, rules: ExpansionRules): Occurrence {
  const isAllDay = event.datetype === 'date';
  const at = (date: Date): string => (isAllDay ? dayIn(date, rules.zone) : date.toISOString());
  const recurrence = times.series === null ? null : at(times.series);
  const isPrivate = /^(private|confidential)$/i.test(event.class ?? '');
  const title = textOf(event.summary);
  const kind = !isPrivate && isPresentation(title, event, rules) ? 'presentation' : 'meeting';
  return {
    key: keyOf(origin.calendar, event.uid, recurrence),
    calendar: origin.calendar,
    object: origin.object ?? event.uid,
    owner: origin.owner,
    own_domain: companyDomain(origin.owner),
    uid: event.uid,
    recurrence_id: recurrence,
    start_at: at(times.start),
    end_at: at(times.end),
    is_all_day: isAllDay,
    status: statusOf(event),
    is_private: isPrivate,
    is_free: /^transparent$/i.test(textOf(event.transparency)),
    kind,
    organizer: addressOf(event.organizer),
    attendees: [event.attendee ?? []].flat().flatMap((attendee) => attendeeOf(attendee) ?? []),
    ...(rules.keepTitles && !isPrivate && { title }),
  };
}

function companyDomain(owner: string): string | null {
  const domain = owner.slice(owner.lastIndexOf('@') + 1);
  return PUBLIC_DOMAINS.has(domain) ? null : domain;
}

/** The same meeting of the same calendar, wherever it was moved to. */
function keyOf(calendar: string, uid: string, recurrence: string | null): string {
  const parts = JSON.stringify([calendar, uid, recurrence]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 32);
}

/** Days come as midnights of this machine; what is meant is the day where the calendar is. */
function dayIn(date: Date, zone: string): string {
  const [year, month, day] = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  return new Date(DateTime.fromObject({ year, month, day }, { zone }).toMillis()).toISOString();
}

function statusOf({ status, method }: VEvent): Occurrence['status'] {
  if (/^cancel/i.test(status ?? '') || /^cancel/i.test(method ?? '')) return 'cancelled';
  return /^tentative$/i.test(status ?? '') ? 'tentative' : 'confirmed';
}

function isPresentation(title: string, event: VEvent, rules: ExpansionRules): boolean {
  if (rules.presentationTitles?.test(title)) return true;
  return (event.categories ?? []).some((name) => rules.presentationCategories.has(name.trim().toLowerCase()));
}

interface Participant {
  readonly val?: unknown;
  readonly params?: Readonly<Record<string, unknown>>;
}

/** `mailto:anna@company.ru`, or the EMAIL parameter where the server puts its own address of the person. */
function addressOf(participant: unknown): string | null {
  if (participant == null) return null;
  const { val, params } = (
    typeof participant === 'string' ? { val: participant } : participant
  ) as Participant;
  const written = typeof val === 'string' ? val.replace(/^mailto:/i, '').trim() : '';
  const given = params?.['EMAIL'];
  const address = written.includes('@') ? written : typeof given === 'string' ? given : '';
  return address.includes('@') ? address.toLowerCase() : null;
}

const ANSWERS = { ACCEPTED: 'accepted', DECLINED: 'declined', TENTATIVE: 'tentative' } as const;

function attendeeOf(participant: unknown): Attendee | null {
  const address = addressOf(participant);
  if (address === null) return null;
  const { params = {} } = (typeof participant === 'string' ? {} : participant) as Participant;
  const status = textOf(params['PARTSTAT']).toUpperCase();
  return {
    address,
    answer: ANSWERS[status as keyof typeof ANSWERS] ?? 'none',
    is_person: !/^(room|resource)$/i.test(textOf(params['CUTYPE'])),
  };
}

/** A value alone, or with its parameters. */
function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  const { val } = (value ?? {}) as Participant;
  return typeof val === 'string' ? val : '';
}
