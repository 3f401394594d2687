import type { ClientBase } from 'pg';
import { writeTable } from './write-table.ts';

/** When the company works, in its own time zone. */
export interface CalendarConfig {
  readonly businessHours?: readonly {
    /** 1 Monday to 7 Sunday. */
    readonly isoWeekday: number;
    /** `HH:MM`; 24:00 is the end of the day. */
    readonly opens: string;
    readonly closes: string;
  }[];
  /** Days that are not what their weekday says: holidays, and Saturdays that are worked. */
  readonly specialDays?: readonly {
    readonly day: string;
    readonly isWorking: boolean;
    readonly title: string | null;
    /** `HH:MM`, of a working day with hours of its own. */
    readonly opens?: string | null;
    readonly closes?: string | null;
  }[];
}

/** Nine to six, Monday to Friday: what is meant when nothing is said. */
const USUAL = [1, 2, 3, 4, 5].map((isoWeekday) => ({ isoWeekday, opens: '09:00', closes: '18:00' }));

/** Writes conf.business_hours and conf.special_days inside the caller's transaction; tells whether anything changed. */
export async function applyCalendar(client: ClientBase, config: CalendarConfig): Promise<boolean> {
  const { businessHours = USUAL, specialDays = [] } = config;
  const hours = await writeTable(
    client,
    'business_hours',
    'iso_weekday int, opens time, closes time',
    businessHours.map(({ isoWeekday, opens, closes }) => ({ iso_weekday: isoWeekday, opens, closes })),
  );
  const days = await writeTable(
    client,
    'special_days',
    'day date, is_working boolean, title text, opens time, closes time',
    specialDays.map(({ day, isWorking, title, opens, closes }) => ({
      day,
      is_working: isWorking,
      title,
      opens: opens ?? null,
      closes: closes ?? null,
    })),
  );
  return hours || days;
}
