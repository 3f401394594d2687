import { StandInUsageError } from '../errors.ts';
import { standInFaults, type FaultName, type FaultPlan, type Faults } from './catalogue.ts';

/** What a fault is decided on. */
export interface Struck {
  readonly path: string;
  readonly page: number;
}

interface Count {
  readonly setting: boolean | FaultPlan;
  met: number;
  struck: number;
}

const bare: FaultPlan = {};

/** Decides, request by request, which faults strike. */
export class FaultBoard {
  readonly faults: Faults;
  readonly #random: () => number;
  readonly #counts = new Map<FaultName, Count>();

  constructor(faults: Faults, random: () => number) {
    for (const name of Object.keys(faults)) assertFault(name);
    this.faults = { ...faults };
    this.#random = random;
  }

  /** The plan of a fault that is a state of the account rather than an accident; not counted. */
  state(name: FaultName): FaultPlan | undefined {
    const setting = this.faults[name];
    return setting ? (setting === true ? bare : setting) : undefined;
  }

  /** The fault's plan when it strikes this request. `pageDefault` is the first page it strikes when the plan names none. */
  strikes(name: FaultName, on: Struck, pageDefault = 1): FaultPlan | undefined {
    const setting = this.faults[name];
    if (!setting) return undefined;
    const plan = setting === true ? bare : setting;
    if (plan.path !== undefined && !on.path.includes(plan.path)) return undefined;
    if (on.page < (plan.page ?? pageDefault)) return undefined;
    const count = this.#count(name, setting);
    count.met += 1;
    if (count.met <= (plan.after ?? 0)) return undefined;
    if (plan.times !== undefined && count.struck >= plan.times) return undefined;
    if (plan.every !== undefined && (count.met - (plan.after ?? 0)) % plan.every !== 0) return undefined;
    if (plan.chance !== undefined && this.#random() >= plan.chance) return undefined;
    count.struck += 1;
    return plan;
  }

  #count(name: FaultName, setting: boolean | FaultPlan): Count {
    const known = this.#counts.get(name);
    if (known?.setting === setting) return known;
    const fresh = { setting, met: 0, struck: 0 };
    this.#counts.set(name, fresh);
    return fresh;
  }
}

function assertFault(name: string): asserts name is FaultName {
  if (name in standInFaults) return;
  throw new StandInUsageError(
    `There is no fault "${name}". Known: ${Object.keys(standInFaults).join(', ')}.`,
  );
}

/** Reads faults from the command line: `premature-204` or `premature-204:page=3,times=1`. */
export function parseFaults(specs: readonly string[]): Faults {
  const faults: Faults = {};
  for (const spec of specs) {
    const [name = '', settings] = spec.split(/:(.*)/s);
    assertFault(name);
    faults[name] = settings === undefined || settings === '' ? true : parsePlan(name, settings);
  }
  return faults;
}

const numbers = new Set([
  'page',
  'after',
  'times',
  'every',
  'chance',
  'ms',
  'seconds',
  'rows',
  'share',
  'user',
]);

function parsePlan(name: string, settings: string): FaultPlan {
  const plan: Record<string, string | number> = {};
  for (const part of settings.split(',')) {
    const [key = '', value = ''] = part.split('=');
    if (key === 'path' && value !== '') plan[key] = value;
    else if (numbers.has(key) && value !== '' && Number.isFinite(Number(value))) plan[key] = Number(value);
    else {
      const known = ['path', ...numbers].join(', ');
      throw new StandInUsageError(
        `Fault ${name}: "${part}" is not a setting. Write key=value with one of: ${known}.`,
      );
    }
  }
  return plan;
}
