import { DAY, dayOf } from '../company/calendar.ts';
import { TEAMS, type Employee, type Staff, type TeamKey } from '../company/staff.ts';
import type { RingGroup } from './call.ts';

/** A telephone on somebody's desk, for as long as it is theirs; the two days are local day numbers, both included. */
export interface Extension {
  readonly number: string;
  readonly employee: Employee;
  readonly fromDay: number | null;
  readonly toDay: number | null;
}

/** The company's numbers, ten digits after +7: the general one and one per advertising channel. */
export const LINES = { general: '9760000001', site: '9760000002', ads: '9760000003' } as const;

const HUNDREDS: Readonly<Record<TeamKey, number>> = { corporate: 200, business: 300, clients: 400 };
/** The newcomer sits down at the desk of one who left: the same telephone, two owners, one after the other. */
const INHERITED = { heir: 'business:10', from: 'business:2' } as const;

export const RING_GROUPS: Readonly<Record<TeamKey, RingGroup>> = {
  corporate: { number: '620', name: 'Корпоративные продажи' },
  business: { number: '630', name: 'Малый и средний бизнес' },
  clients: { number: '640', name: 'Работа с клиентами' },
};

/** Everybody's telephone. Who left keeps theirs until the day of leaving; an inherited one has two rows. */
export function extensionsOf(staff: Staff): Extension[] {
  const extensions: Extension[] = [whole('100', staff.executive)];
  for (const { key } of TEAMS) {
    const hundred = HUNDREDS[key];
    extensions.push(whole(String(hundred), staff.heads[key]));
    const managers = staff.managers.filter(({ team }) => team?.key === key);
    managers.forEach((employee, place) => {
      const from = `${key}:${place}` === INHERITED.heir ? INHERITED.from : `${key}:${place}`;
      extensions.push(whole(String(hundred + 1 + Number(from.split(':')[1])), employee));
    });
  }
  return extensions;
}

function whole(number: string, employee: Employee): Extension {
  const { hiredAt, leavesAt } = employee;
  return {
    number,
    employee,
    fromDay: hiredAt > 0 ? dayOf(hiredAt) : null,
    toDay: Number.isFinite(leavesAt) ? dayOf(leavesAt) : null,
  };
}

/** `2026-03-14` of a local day number. */
export function isoDay(day: number): string {
  return new Date(day * DAY * 1000).toISOString().slice(0, 10);
}
