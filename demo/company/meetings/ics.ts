import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Employee } from '../staff.ts';
import type { Meeting, TeamMeeting } from './meeting.ts';

const ZONE = 'Europe/Moscow';
const OFFSET = 3 * 3600;

/** Writes everybody's calendar as `ADDRESS.ics` (RFC 5545). A meeting of several colleagues lies in each one's, under one UID. */
export function writeCalendars(
  meetings: readonly Meeting[],
  weekly: readonly TeamMeeting[],
  dir: string,
): void {
  const calendars = new Map<Employee, string[]>();
  const put = (whose: Employee, event: string): void => {
    const events = calendars.get(whose);
    if (events === undefined) calendars.set(whose, [event]);
    else events.push(event);
  };
  for (const meeting of meetings) put(meeting.host, clientMeeting(meeting));
  for (const meeting of weekly) {
    const event = teamMeeting(meeting);
    for (const whose of [meeting.host, ...meeting.guests]) put(whose, event);
  }
  mkdirSync(dir, { recursive: true });
  for (const [{ email }, events] of calendars) writeFileSync(join(dir, `${email}.ics`), calendarText(events));
}

function calendarText(events: readonly string[]): string {
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//severpak.example//calendar//RU',
    ...events,
    'END:VCALENDAR',
  ];
  return `${lines.join('\r\n')}\r\n`;
}

function clientMeeting(meeting: Meeting): string {
  const { uid, host, startsAt, endsAt, movedFrom, isPresentation, fate, deal } = meeting;
  const { contact, company } = deal.start.client;
  const who = company?.name.name ?? `${contact.name.first} ${contact.name.last}`;
  const answer = { held: 'ACCEPTED', cancelled: 'ACCEPTED', declined: 'DECLINED', planned: 'NEEDS-ACTION' }[
    fate
  ];
  return component([
    `UID:${uid}`,
    `DTSTAMP:${utc(Math.min(startsAt, movedFrom ?? startsAt) - 2 * 86_400)}`,
    `SEQUENCE:${movedFrom === null ? 0 : 1}`,
    `DTSTART;TZID=${ZONE}:${civil(startsAt)}`,
    `DTEND;TZID=${ZONE}:${civil(endsAt)}`,
    `SUMMARY:${text(`${isPresentation ? 'Презентация' : 'Встреча'}: ${who}`)}`,
    ...(isPresentation ? ['CATEGORIES:PRESENTATION'] : []),
    `STATUS:${fate === 'cancelled' ? 'CANCELLED' : 'CONFIRMED'}`,
    `ORGANIZER;CN=${nameOf(host)}:mailto:${host.email}`,
    `ATTENDEE;CN=${nameOf(host)};ROLE=CHAIR;PARTSTAT=ACCEPTED:mailto:${host.email}`,
    `ATTENDEE;CN=${contact.name.first} ${contact.name.last};PARTSTAT=${answer}:mailto:${contact.email ?? ''}`,
  ]);
}

function teamMeeting({ uid, host, guests, firstAt, seconds, calledOff, moved }: TeamMeeting): string {
  const common = [
    `UID:${uid}`,
    `DTSTAMP:${utc(firstAt - 86_400)}`,
    `SUMMARY:${text('Планёрка отдела')}`,
    `ORGANIZER;CN=${nameOf(host)}:mailto:${host.email}`,
    ...[host, ...guests].map(
      (guest) => `ATTENDEE;CN=${nameOf(guest)};PARTSTAT=ACCEPTED:mailto:${guest.email}`,
    ),
  ];
  const series = component([
    ...common,
    `DTSTART;TZID=${ZONE}:${civil(firstAt)}`,
    `DTEND;TZID=${ZONE}:${civil(firstAt + seconds)}`,
    'RRULE:FREQ=WEEKLY;BYDAY=MO',
    ...(calledOff.length > 0 ? [`EXDATE;TZID=${ZONE}:${calledOff.map(civil).join(',')}`] : []),
    'STATUS:CONFIRMED',
  ]);
  const override = component([
    ...common,
    `RECURRENCE-ID;TZID=${ZONE}:${civil(moved.from)}`,
    'SEQUENCE:1',
    `DTSTART;TZID=${ZONE}:${civil(moved.to)}`,
    `DTEND;TZID=${ZONE}:${civil(moved.to + seconds)}`,
    'STATUS:CONFIRMED',
  ]);
  return `${series}\r\n${override}`;
}

function component(lines: readonly string[]): string {
  return ['BEGIN:VEVENT', ...lines.map(folded), 'END:VEVENT'].join('\r\n');
}

/** Lines above 75 octets go on in the next one, after a space (RFC 5545 §3.1); a letter is never cut in two. */
function folded(line: string): string {
  if (Buffer.byteLength(line) <= 75) return line;
  const pieces: string[] = [];
  let piece = '';
  let octets = 0;
  for (const letter of line) {
    const length = Buffer.byteLength(letter);
    if (octets + length > (pieces.length === 0 ? 75 : 74)) {
      pieces.push(piece);
      piece = '';
      octets = 0;
    }
    piece += letter;
    octets += length;
  }
  return [...pieces, piece].join('\r\n ');
}

function nameOf({ name }: Employee): string {
  return `${name.first} ${name.last}`;
}

function text(value: string): string {
  return value.replace(/[\\;,]/g, (sign) => `\\${sign}`);
}

function civil(moment: number): string {
  return compact(moment + OFFSET);
}

function utc(moment: number): string {
  return `${compact(moment)}Z`;
}

/** `20260314T202345` */
function compact(moment: number): string {
  return new Date(moment * 1000).toISOString().slice(0, 19).replace(/[-:]/g, '');
}
