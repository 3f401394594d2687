import { join } from 'node:path';
import { DateTime } from 'luxon';
import { readCalendars } from '../raw/calendars.ts';
import { readCallRecords } from '../raw/call-records.ts';
import { readCrm, type Crm } from '../raw/crm.ts';
import { readMailboxes } from '../raw/mail.ts';
import { day, readSheets } from '../raw/table.ts';
import { BusinessTime } from './business-time.ts';
import { tellCalls, type Call } from './calls.ts';
import { tellClients, type Clients } from './clients.ts';
import { tellDeals, tellDeletedDeals, type Deal, type DeletedDeal } from './deals.ts';
import { tellLetters, type Correspondence } from './letters.ts';
import { tellMeetings, type Meeting } from './meetings.ts';
import { readPeople, type People } from './people.ts';
import { readSteps } from './steps.ts';

/** What the company's files tell, each thing once. Moments are unix seconds; managers and teams have the ids of the API. */
export interface Story {
  /** Where the files lie. */
  readonly dir: string;
  readonly zone: string;
  readonly now: number;
  readonly crm: Crm;
  readonly people: People;
  readonly clients: Clients;
  readonly businessTime: BusinessTime;
  readonly deals: readonly Deal[];
  readonly deletedDeals: readonly DeletedDeal[];
  readonly calls: readonly Call[];
  readonly mail: Correspondence;
  readonly meetings: readonly Meeting[];
  /** The step of a stage, `pipeline:status`. */
  readonly stepOf: (stage: string) => string;
  /** `2026-03` of a moment, in the account's zone. */
  readonly monthOf: (at: number) => string;
  /** `2026-03-14` of a moment, in the account's zone. */
  readonly dayOf: (at: number) => string;
  /** Local midnight of a day or of the first day of a month. */
  readonly startOf: (date: string) => number;
}

/** The company as the demo's voronka.yaml configures it. */
export interface Configured {
  readonly account: { readonly time_zone: string };
  readonly funnel: {
    readonly steps: readonly {
      readonly pipeline: string;
      readonly stages: Readonly<Record<string, string>>;
    }[];
  };
}

export function tellStory(dir: string, config: Configured, now: number): Story {
  const crm = readCrm(dir);
  const zone = config.account.time_zone;
  const people = readPeople(crm, dir);
  const steps = readSteps(crm, config.funnel.steps);
  const deals = tellDeals(crm, steps, people.id);
  const clients = tellClients(crm, deals);
  const records = readCallRecords(join(dir, 'telephony', 'Master.csv'), zone);
  const holidays = readSheets(join(dir, 'files'), 'Праздники').map((row) => day(row['Дата']));
  const dates = new Map<number, string>();
  const dayOf = (at: number): string => {
    // A quarter of an hour never spans a midnight, whatever the zone.
    const quarter = Math.floor(at / 900);
    let date = dates.get(quarter);
    if (date === undefined) dates.set(quarter, (date = DateTime.fromSeconds(at, { zone }).toISODate() ?? ''));
    return date;
  };
  return {
    dir,
    zone,
    now,
    crm,
    people,
    clients,
    businessTime: new BusinessTime({
      zone,
      hours: [
        [9 * 3_600, 13 * 3_600],
        [14 * 3_600, 18 * 3_600],
      ],
      weekdays: [1, 2, 3, 4, 5],
      holidays: new Set(holidays),
    }),
    deals,
    deletedDeals: tellDeletedDeals(crm, steps, people.id),
    calls: tellCalls(records, crm.notes.filter(({ note_type }) => note_type.startsWith('call_')), people, clients, new Map(deals.map((deal) => [deal.id, deal]))), // prettier-ignore
    mail: tellLetters(readMailboxes(join(dir, 'mail')), people, clients),
    meetings: tellMeetings(readCalendars(join(dir, 'calendar')), people, clients, now),
    stepOf: (stage) => {
      const [pipeline = '', status = ''] = stage.split(':');
      return steps(Number(pipeline), Number(status));
    },
    monthOf: (at) => dayOf(at).slice(0, 7),
    dayOf,
    startOf: (date) => DateTime.fromISO(date, { zone }).toSeconds(),
  };
}
