import { StandInUsageError } from './errors.ts';

/** When a fault strikes and how hard. Everything is optional: a bare fault strikes every request it concerns. */
export interface FaultPlan {
  /** Only requests whose path contains this, e.g. `/leads`. */
  readonly path?: string;
  /** Only list pages from this one on. */
  readonly page?: number;
  /** How many such requests go unharmed first. */
  readonly after?: number;
  /** How many times it strikes at most. */
  readonly times?: number;
  /** Strikes each n-th such request. */
  readonly every?: number;
  /** Strikes with this probability (0–1), from the stand-in's seed. */
  readonly chance?: number;
  readonly ms?: number;
  readonly seconds?: number;
  readonly rows?: number;
  readonly share?: number;
  readonly user?: number;
}

/** Faults that are on. May be changed while the stand-in runs; setting a fault anew starts its counts anew. */
export type FaultSettings<Name extends string> = { [name in Name]?: boolean | FaultPlan };

/** What each fault does, by its name. */
export type FaultCatalogue<Name extends string> = Readonly<Record<Name, string>>;

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
export class FaultBoard<Name extends string> {
  readonly faults: FaultSettings<Name>;
  readonly #random: () => number;
  readonly #counts = new Map<Name, Count>();

  /** Throws StandInUsageError for a fault that the catalogue does not have. */
  constructor(catalogue: FaultCatalogue<Name>, faults: FaultSettings<Name>, random: () => number) {
    for (const name of Object.keys(faults)) assertFault(name, catalogue);
    this.faults = { ...faults };
    this.#random = random;
  }

  /** The plan of a fault that is a state of the account rather than an accident; not counted. */
  state(name: Name): FaultPlan | undefined {
    const setting = this.faults[name];
    return setting ? (setting === true ? bare : setting) : undefined;
  }

  /** The fault's plan when it strikes this request. `pageDefault` is the first page it strikes when the plan names none. */
  strikes(name: Name, on: Struck, pageDefault = 1): FaultPlan | undefined {
    const setting: boolean | FaultPlan | undefined = this.faults[name];
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

  #count(name: Name, setting: boolean | FaultPlan): Count {
    const known = this.#counts.get(name);
    if (known?.setting === setting) return known;
    const fresh = { setting, met: 0, struck: 0 };
    this.#counts.set(name, fresh);
    return fresh;
  }
}

function assertFault<Name extends string>(
  name: string,
  catalogue: FaultCatalogue<Name>,
): asserts name is Name {
  if (name in catalogue) return;
  throw new StandInUsageError(`There is no fault "${name}". Known: ${Object.keys(catalogue).join(', ')}.`);
}

/** Reads faults from the command line: `premature-204` or `premature-204:page=3,times=1`. Throws StandInUsageError. */
export function faultsFrom<Name extends string>(
  catalogue: FaultCatalogue<Name>,
  specs: readonly string[],
): FaultSettings<Name> {
  const faults: FaultSettings<Name> = {};
  for (const spec of specs) {
    const [name = '', settings] = spec.split(/:(.*)/s);
    assertFault(name, catalogue);
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
