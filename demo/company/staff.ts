import { DAY, HOUR, civil, dayNumber, dayOf, startOfDay } from './calendar.ts';
import { latin, personName, type PersonName } from './names.ts';
import { Random } from './random.ts';
import type { Span } from './span.ts';

/** `created_by` of what no person did: forms, telephony, the digital pipeline. */
export const ROBOT = 0;

export type TeamKey = 'corporate' | 'business' | 'clients';

export interface Team {
  readonly key: TeamKey;
  readonly id: number;
  readonly name: string;
  readonly uuid: string;
  readonly managers: number;
}

// prettier-ignore
export const TEAMS: readonly Team[] = [
  { key: 'corporate', id: 512_310, name: 'Корпоративные продажи', uuid: '5a0c1f0e-52b1-4c6a-9a52-3f1d7f0a1101', managers: 7 },
  { key: 'business', id: 512_314, name: 'Малый и средний бизнес', uuid: '5a0c1f0e-52b1-4c6a-9a52-3f1d7f0a1102', managers: 11 },
  { key: 'clients', id: 512_318, name: 'Работа с клиентами', uuid: '5a0c1f0e-52b1-4c6a-9a52-3f1d7f0a1103', managers: 6 },
];

export type Role = 'executive' | 'head' | 'manager';

export interface Employee {
  readonly id: number;
  readonly role: Role;
  readonly team: Team | null;
  readonly name: PersonName;
  readonly email: string;
  /** Added to the logit of every step forward. */
  readonly skill: number;
  /** Multiplies every delay: below 1 is quick. */
  readonly slowness: number;
  /** Share of what should be written down that is. */
  readonly diligence: number;
  readonly hiredAt: number;
  /** The second of their leaving; Infinity while they stay. */
  readonly leavesAt: number;
  /** Removed from the user list after leaving: the CRM knows only the number. */
  readonly isRemoved: boolean;
  readonly vacations: readonly (readonly [from: number, to: number])[];
  /** While it lasts, contacts are late and few; deals close to the end are still brought home. */
  readonly slack: readonly [from: number, to: number] | null;
}

export interface Staff {
  readonly executive: Employee;
  readonly heads: Readonly<Record<TeamKey, Employee>>;
  readonly managers: readonly Employee[];
  readonly all: readonly Employee[];
  byId(id: number): Employee;
  /** A present manager of the team: hired, not gone, not away; newcomers get half the leads. */
  assign(team: TeamKey, at: number, random: Random, except?: number): Employee;
}

/** Which manager of which team joined or left, as a share of the span. */
const JOINED: Readonly<Record<string, number>> = {
  'business:9': 0.22,
  'business:10': 0.5,
  'clients:5': 0.67,
};
const LEFT: Readonly<Record<string, number>> = {
  'business:2': 0.36,
  'corporate:5': 0.62,
  'business:6': 0.84,
};
/** A steady, capable one: the fall must be seen against something. */
const SLACKENS = 'business:3';
export const SLACK_FROM = 0.76;
export const SLACK_DAYS = 63;

export function hireStaff(seed: number, span: Span): Staff {
  const random = new Random(seed, 'staff');
  const taken = new Set<string>();
  let nextId = 8_410_206;
  const employ = (role: Role, team: Team | null, place: string): Employee => {
    let name = personName(random);
    while (taken.has(name.last.replace(/а$/, ''))) name = personName(random);
    taken.add(name.last.replace(/а$/, ''));
    nextId += random.int(4, 2600) * 2;
    const slackens = place === SLACKENS;
    const joined = JOINED[place];
    const left = place === 'removed' ? 0.14 : LEFT[place];
    const slackFrom = span.month(span.months * SLACK_FROM);
    return {
      id: nextId,
      role,
      team,
      name,
      email: `${latin(name.first).slice(0, 1)}.${latin(name.last)}@severpak.example`,
      skill: slackens ? 0.35 : random.normal() * 0.4 - (place === 'removed' ? 0.4 : 0),
      slowness: slackens ? 0.9 : Math.exp(random.normal() * 0.3),
      diligence: slackens ? 0.93 : Math.min(0.98, 0.86 - Math.abs(random.normal()) * 0.16),
      hiredAt: joined === undefined ? 0 : workMorning(span.month(span.months * joined)),
      leavesAt: left === undefined ? Infinity : lastEvening(span.month(span.months * left)),
      isRemoved: place === 'removed',
      vacations: role === 'manager' && !slackens ? vacations(random, span) : [],
      slack: slackens ? [slackFrom, slackFrom + SLACK_DAYS * DAY] : null,
    };
  };
  const executive = employ('executive', null, 'executive');
  const heads = Object.fromEntries(TEAMS.map((team) => [team.key, employ('head', team, 'head')])) as Record<
    TeamKey,
    Employee
  >;
  const managers = TEAMS.flatMap((team) =>
    Array.from({ length: team.managers }, (_, place) => employ('manager', team, `${team.key}:${place}`)),
  );
  const removed = employ('manager', TEAMS[1] ?? null, 'removed');
  managers.push(removed);
  const all = [executive, ...Object.values(heads), ...managers];
  const index = new Map(all.map((employee) => [employee.id, employee]));
  return {
    executive,
    heads,
    managers,
    all,
    byId(id) {
      const employee = index.get(id);
      if (employee === undefined) throw new RangeError(`nobody with the id ${id}`);
      return employee;
    },
    assign(team, at, dice, except) {
      const present = managers.filter(
        (manager) => manager.team?.key === team && manager.id !== except && isPresent(manager, at),
      );
      if (present.length === 0) return heads[team];
      return dice.weighted(present.map((manager) => [manager, at - manager.hiredAt < 45 * DAY ? 0.5 : 1]));
    },
  };
}

export function isPresent(employee: Employee, at: number): boolean {
  return employee.hiredAt <= at && at < employee.leavesAt - 2 * DAY && awayUntil(employee, at) === null;
}

/** The end of the vacation the moment falls into. */
export function awayUntil(employee: Employee, at: number): number | null {
  return employee.vacations.find(([from, to]) => at >= from && at < to)?.[1] ?? null;
}

export function isSlack(employee: Employee, at: number): boolean {
  return employee.slack !== null && at >= employee.slack[0] && at < employee.slack[1];
}

/** Two fortnights a year, mostly in summer, never over the turn of the year. */
// prettier-ignore
function vacations(random: Random, span: Span): readonly (readonly [number, number])[] {
  const away: [number, number][] = [];
  const firstYear = civil(dayOf(span.start)).year;
  for (let year = firstYear; year <= firstYear + Math.ceil(span.months / 12) + 1; year += 1) {
    for (const [low, high] of [[2, 5], [6, 9]] as const) {
      const monday = mondayAfter(dayNumber(year, random.int(low, high), random.int(1, 28)));
      away.push([startOfDay(monday), startOfDay(monday + 14)]);
    }
  }
  return away;
}

function mondayAfter(day: number): number {
  return day + ((8 - civil(day).weekday) % 7);
}

function workMorning(moment: number): number {
  return startOfDay(mondayAfter(dayOf(moment))) + 9 * HOUR;
}

/** After everybody's last action of that Friday, so that nothing else shares the second. */
function lastEvening(moment: number): number {
  return startOfDay(mondayAfter(dayOf(moment)) + 4) + 22 * HOUR + 5 * 60 + 11;
}
