import { IANAZone } from 'luxon';

const HALF_HOUR = 1_800;
const DAY = 86_400;
/** Half hours of a year and a half. */
const KEPT = 26_000;

/** Wall-clock seconds: what the clock on the wall shows, read as if it were UTC. */
export type WallSeconds = number;

/** The wall clock of one zone. Offsets change on half hours at the finest, so one look at the zone serves half an hour of calls. */
export class WallClock {
  readonly name: string;
  readonly #zone: IANAZone;
  readonly #offsets = new Map<number, readonly number[]>();

  constructor(name: string) {
    this.name = name;
    this.#zone = IANAZone.create(name);
  }

  /** The moments (unix seconds) at which the clock shows this: one, two in the night that repeats an hour, one after a skipped hour. */
  moments(wall: WallSeconds): readonly number[] {
    const key = Math.floor(wall / HALF_HOUR);
    let offsets = this.#offsets.get(key);
    if (!offsets) {
      if (this.#offsets.size >= KEPT) this.#offsets.clear();
      offsets = this.#lookUp(key * HALF_HOUR);
      this.#offsets.set(key, offsets);
    }
    return offsets.map((offset) => wall - offset);
  }

  /** What the clock shows at this moment. */
  wallAt(moment: number): WallSeconds {
    return moment + this.#offsetAt(moment);
  }

  #lookUp(wall: WallSeconds): readonly number[] {
    const before = this.#offsetAt(wall - DAY);
    const after = this.#offsetAt(wall + DAY);
    if (before === after) return [before];
    const shown = [before, after].filter((offset) => this.#offsetAt(wall - offset) === offset);
    // An hour that the clock skipped: a server that shows it has not been told yet.
    const offsets = shown.length > 0 ? [...new Set(shown)] : [before];
    return offsets.sort((left, right) => right - left);
  }

  #offsetAt(moment: number): number {
    return this.#zone.offset(moment * 1_000) * 60;
  }
}

const STAMP =
  /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(\.\d+)?(?:(Z)|([+-])(\d\d):?(\d\d)?(?::\d\d)?)?$/;

export interface Stamp {
  readonly wall: WallSeconds;
  /** The text names its offset, so that `wall` is already the moment in unix seconds. */
  readonly isAbsolute: boolean;
}

/** `2024-01-27 15:07:24`, with a fraction and an offset where there are. Undefined when it is no such date. */
export function parseStamp(text: string): Stamp | undefined {
  const match = STAMP.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1, 7).map(Number);
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(ms);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day || hour > 23 || minute > 59)
    return undefined;
  const fraction = match[7] === undefined ? 0 : Number(match[7]);
  const [zulu, sign, hours = '0', minutes = '0'] = [match[8], match[9], match[10], match[11]];
  const isAbsolute = zulu !== undefined || sign !== undefined;
  const offset =
    sign === undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60;
  return { wall: ms / 1_000 + fraction - offset, isAbsolute };
}

/** `2024-01-27 15:07:24` of wall-clock seconds. */
export function formatStamp(wall: WallSeconds): string {
  return new Date(Math.floor(wall) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
}
