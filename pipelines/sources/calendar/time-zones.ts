import nodeIcal from 'node-ical';

/** Properties that hold times. */
const TIMES = 'DTSTART|DTEND|RECURRENCE-ID|EXDATE|RDATE';
const WITHOUT_ZONE = new RegExp(
  `^(${TIMES})((?:;(?!TZID=)[^:;\\r\\n]*)*):((?:\\d{8}T\\d{6},?)+)\\r?$`,
  'gim',
);
const WITH_ZONE = new RegExp(`^((?:${TIMES})[^:\\r\\n]*?;TZID=)("[^"\\r\\n]*"|[^:;\\r\\n]*)`, 'gim');
const DEFINITION = /^TZID(?:;[^:\r\n]*)?:(.*?)\r?$/gim;

/** What the parser takes for a zone that only its own rules tell (ical.js, `dateParameter`). */
const BY_RULES = 'Customized Time Zone';

/**
 * An iCalendar text whose times all have a zone that the parser resolves: without one, or with a name that nobody knows, it would take
 * the zone of this machine. Times without a zone are in `zone`; a zone of the sender's own making is the one its rules describe, and
 * `zone` where the text does not bring them.
 */
export function withKnownZones(text: string, zone: string): string {
  const unfolded = text.replace(/\r?\n[ \t]/g, '');
  const defined = new Set([...unfolded.matchAll(DEFINITION)].map(([, name = '']) => unquoted(name)));
  const ownNames = new Map<string, string>();
  for (const name of defined) {
    if (!isKnown(name)) ownNames.set(name, `${BY_RULES} ${ownNames.size + 1}`);
  }
  return unfolded
    .replace(
      WITHOUT_ZONE,
      (_line, property: string, parameters: string, times: string) =>
        `${property};TZID=${zone}${parameters}:${times}`,
    )
    .replace(WITH_ZONE, (all: string, before: string, written: string) => {
      const name = unquoted(written);
      return isKnown(name) ? all : `${before}${ownNames.get(name) ?? zone}`;
    })
    .replace(DEFINITION, (all: string, written: string) => {
      const own = ownNames.get(unquoted(written));
      return own === undefined ? all : `TZID:${own}`;
    });
}

const known = new Map<string, boolean>();

/** Whether the parser finds a zone under the name: IANA's, Windows', or one that it works out from rules. */
function isKnown(name: string): boolean {
  if (name.startsWith('tzone://') || name.startsWith(BY_RULES)) return true;
  let answer = known.get(name);
  if (answer === undefined) {
    const probe = `BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:probe\r\nDTSTART;TZID="${name}":20250615T120000\r\nEND:VEVENT\r\nEND:VCALENDAR`;
    const event = nodeIcal.sync.parseICS(probe)['probe'];
    answer = event?.type === 'VEVENT' && isZone(event.start?.tz);
    known.set(name, answer);
  }
  return answer;
}

function isZone(name: string | undefined): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name ?? 'none' });
    return true;
  } catch {
    return false;
  }
}

function unquoted(name: string): string {
  return name.replace(/^"(.*)"$/, '$1').trim();
}
