import { DateTime } from 'luxon';

export interface QuietHours {
  /** Time of day, HH:MM, inclusive. */
  readonly from: string;
  /** Time of day, HH:MM, exclusive; earlier than `from` means the next morning. */
  readonly to: string;
}

/** Whether `instant`, read on the wall clock of `timeZone`, lies in the quiet hours. */
export function isQuiet(quiet: QuietHours | undefined, instant: Date, timeZone: string): boolean {
  if (!quiet) return false;
  const clock = DateTime.fromJSDate(instant, { zone: timeZone }).toFormat('HH:mm');
  return quiet.from <= quiet.to
    ? clock >= quiet.from && clock < quiet.to
    : clock >= quiet.from || clock < quiet.to;
}
