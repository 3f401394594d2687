import { DateTime } from 'luxon';

/** Before mail, and far from now: such a date is a mistake of the sender's program. */
const [EARLIEST, LATEST] = [Date.UTC(1982, 0, 1), Date.UTC(2100, 0, 1)];

/** The moment of a Date header (RFC 5322, obsolete zones and comments too) as ISO text in UTC; null when it does not say one. */
export function mailDate(value: string | undefined): string | null {
  if (value === undefined || value === '') return null;
  const text = value
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const parsed = DateTime.fromRFC2822(text, { setZone: true });
  const millis = parsed.isValid ? parsed.toMillis() : lenient(text);
  return millis === null || millis < EARLIEST || millis > LATEST ? null : new Date(millis).toISOString();
}

/** Node reads what people's programs write, but takes a date without a zone for one of this machine's: those are read as UTC. */
function lenient(text: string): number | null {
  const hasZone = /([+-]\d{2}:?\d{2}|\b(?:UTC?|GMT|Z|[ECMP][SD]T))$/i.test(text);
  const millis = Date.parse(hasZone ? text : `${text} UTC`);
  return Number.isNaN(millis) ? null : millis;
}

/** When a Received header was written: after its last semicolon. */
export function receivedDate(value: string | undefined): string | null {
  return mailDate(value?.slice(value.lastIndexOf(';') + 1));
}
