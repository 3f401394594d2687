import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { DateTime } from 'luxon';

/** An appointment of an ICS file that does not come again. */
export interface Appointment {
  readonly owner: string;
  readonly uid: string;
  readonly startsAt: number;
  readonly endsAt: number;
  readonly isCancelled: boolean;
  readonly isPresentation: boolean;
  readonly organizer: string;
  readonly guests: readonly { readonly address: string; readonly answer: string }[];
}

/** Every single appointment in the folder of `ADDRESS.ics`; series are the company's own Mondays and hold no clients. */
export function readCalendars(dir: string): Appointment[] {
  return readdirSync(dir).flatMap((file) =>
    readFileSync(join(dir, file), 'utf8')
      .replace(/\r\n /g, '')
      .split('BEGIN:VEVENT')
      .slice(1)
      .filter((text) => !/^(RRULE|RECURRENCE-ID)/m.test(text))
      .map((text) => readAppointment(text, basename(file, '.ics'))),
  );
}

function readAppointment(text: string, owner: string): Appointment {
  const line = (name: string): string => new RegExp(`^${name}[;:](.*)$`, 'm').exec(text)?.[1]?.trim() ?? '';
  const guests = [...text.matchAll(/^ATTENDEE;(.*):mailto:(.*?)\s*$/gm)].map(
    ([, settings = '', address = '']) => ({
      address: address.toLowerCase(),
      answer: /PARTSTAT=([A-Z-]+)/.exec(settings)?.[1] ?? '',
    }),
  );
  return {
    owner,
    uid: line('UID'),
    startsAt: moment(line('DTSTART')),
    endsAt: moment(line('DTEND')),
    isCancelled: line('STATUS') === 'CANCELLED',
    isPresentation: line('CATEGORIES').split(',').includes('PRESENTATION'),
    organizer: line('ORGANIZER').split('mailto:')[1]?.toLowerCase() ?? '',
    guests,
  };
}

/** `TZID=Europe/Moscow:20260314T202345` */
function moment(text: string): number {
  const [, zone = 'utc', time = ''] = /TZID=([^:]+):(.*)/.exec(text) ?? [];
  return DateTime.fromFormat(time, "yyyyMMdd'T'HHmmss", { zone }).toSeconds();
}
