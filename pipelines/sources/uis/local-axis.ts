import { DateTime } from 'luxon';

/**
 * The reports tell and take times as the account's clock on the wall shows them, without an offset. Positions in a list are kept as that
 * clock minus the zone's standard offset: exactly unix seconds in zones without summer time, an hour ahead of them in summer elsewhere. So
 * a window means the same to both sides also in the night when an hour comes twice, which no conversion to UTC can promise.
 */
export class LocalAxis {
  readonly zone: string;
  readonly #standard: number;

  constructor(zone: string) {
    this.zone = zone;
    const { year } = DateTime.now();
    const offsets = [1, 7].map((month) => DateTime.fromObject({ year, month }, { zone }).offset * 60);
    this.#standard = Math.min(...offsets);
  }

  /** Seconds of a text `YYYY-MM-DD hh:mm:ss`; NaN when it is not one. */
  fromText(text: string): number {
    return Date.parse(`${text.replace(' ', 'T')}Z`) / 1_000 - this.#standard;
  }

  toText(seconds: number): string {
    return new Date((seconds + this.#standard) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
  }

  now(): number {
    const now = DateTime.now().setZone(this.zone);
    return Math.floor(now.toSeconds()) + now.offset * 60 - this.#standard;
  }
}
