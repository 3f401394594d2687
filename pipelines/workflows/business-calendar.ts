import type pg from 'pg';
import type { Config } from '../config/index.ts';
import type { CalendarConfig } from '../transform/index.ts';

type SpecialDay = NonNullable<CalendarConfig['specialDays']>[number];

/**
 * The business calendar: hours and days of voronka.yaml, and the holidays of the files source. They go into the configuration's tables,
 * not through a model, so that a changed holiday rebuilds whatever was measured in business time. A day that voronka.yaml names is
 * what voronka.yaml says.
 */
export async function businessCalendar({ account }: Config, pool: pg.Pool): Promise<CalendarConfig> {
  const days = new Map<string, SpecialDay>();
  for (const day of await holidaysOfFiles(pool)) days.set(day.day, day);
  for (const { day, title } of account.holidays) days.set(day, { day, title, isWorking: false });
  for (const { day, title } of account.working_days) days.set(day, { day, title, isWorking: true });
  return {
    ...(account.business_hours && { businessHours: account.business_hours }),
    specialDays: [...days.values()].sort((left, right) => left.day.localeCompare(right.day)),
  };
}

async function holidaysOfFiles(pool: pg.Pool): Promise<SpecialDay[]> {
  const { rows } = await pool.query<SpecialDay>(
    // Hours that are not whole are left out: the file's own check has told of them.
    `select holiday.day, coalesce(holiday.is_working, false) as "isWorking", holiday.title,
       case when holiday.opens < holiday.closes then holiday.opens end as opens,
       case when holiday.opens < holiday.closes then holiday.closes end as closes
     from raw.files__holidays
     cross join lateral jsonb_to_record(payload -> 'values')
       as holiday (day text, is_working boolean, title text, opens text, closes text)
     where not is_deleted
     order by account_id`,
  );
  return rows;
}
