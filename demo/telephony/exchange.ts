import { dayOf, HOUR, secondOfDay, startOfDay } from '../company/calendar.ts';
import { hash, Random } from '../company/random.ts';
import { isPresent, type Employee, type TeamKey } from '../company/staff.ts';
import type { World } from '../company/world.ts';
import type { Call } from './call.ts';
import { type Extension, extensionsOf } from './extensions.ts';

/** On one day the lines to the outside are dead for some hours: nothing comes in, every dial fails at once. */
export interface Outage {
  readonly from: number;
  readonly to: number;
}

const OUTAGE_AT = 0.9;

export function outageOf({ span, calendar }: World): Outage {
  let day = dayOf(span.month(span.months * OUTAGE_AT));
  while (!calendar.isWorkingDay(day)) day += 1;
  return { from: startOfDay(day) + 10.5 * HOUR + 41, to: startOfDay(day) + 15 * HOUR + 1207 };
}

/** The office's telephones: who sits where, who is on the line until when, and the calls so far. */
export class Exchange {
  readonly world: World;
  readonly outage: Outage;
  readonly extensions: readonly Extension[];
  readonly calls: Call[] = [];
  private readonly extensionOf = new Map<Employee, Extension>();
  private readonly busyUntil = new Map<Employee, number>();
  private readonly members: Readonly<Record<TeamKey, readonly Employee[]>>;

  constructor(world: World) {
    this.world = world;
    this.outage = outageOf(world);
    this.extensions = extensionsOf(world.staff);
    for (const extension of this.extensions) this.extensionOf.set(extension.employee, extension);
    const of = (team: TeamKey): Employee[] =>
      world.staff.managers.filter((manager) => manager.team?.key === team);
    this.members = { corporate: of('corporate'), business: of('business'), clients: of('clients') };
  }

  extension(employee: Employee): Extension {
    const extension = this.extensionOf.get(employee);
    if (extension === undefined) throw new RangeError(`no telephone on the desk of ${employee.email}`);
    return extension;
  }

  /** Luck of its own for each thing that happens, so that one call more does not change the others. */
  dice(at: number, number: string | null): Random {
    return new Random(this.world.seed, 'call', at, number ?? 'hidden');
  }

  /** The first moment from `at` on when the employee has hung up. */
  freeFrom(employee: Employee, at: number): number {
    return Math.max(at, this.busyUntil.get(employee) ?? 0);
  }

  isFree(employee: Employee, at: number): boolean {
    return (this.busyUntil.get(employee) ?? 0) <= at;
  }

  isDown(at: number): boolean {
    return at >= this.outage.from && at < this.outage.to;
  }

  isLunch(at: number): boolean {
    const second = secondOfDay(at);
    return second >= 13 * HOUR && second < 14 * HOUR;
  }

  /** Whether incoming calls are put through: Monday to Friday 9–18, lunch included. */
  isOpen(at: number): boolean {
    const second = secondOfDay(at);
    return second >= 9 * HOUR && second < 18 * HOUR && this.world.calendar.isWorkingDay(dayOf(at));
  }

  /** Up to `count` of a team who sit at a free telephone, another choice for each call. */
  ringable(team: TeamKey, at: number, count: number, except: Employee | null): Employee[] {
    return this.members[team]
      .filter((member) => member !== except && isPresent(member, at) && this.isFree(member, at))
      .map((member) => [hash(at, member.id), member] as const)
      .sort(([a], [b]) => a - b)
      .slice(0, count)
      .map(([, member]) => member);
  }

  /** Writes the call down; whose telephone rang or who spoke is busy until then. */
  write(call: Omit<Call, 'number'>): Call {
    const written = { number: this.calls.length + 1, ...call };
    this.calls.push(written);
    for (const { from, to, endedAt } of call.legs) {
      if (from !== null) this.occupy(from.employee, endedAt);
      if (to !== null) this.occupy(to.employee, endedAt);
    }
    return written;
  }

  private occupy(employee: Employee, until: number): void {
    this.busyUntil.set(employee, Math.max(this.busyUntil.get(employee) ?? 0, until + 2));
  }
}
