import type { Occurrence } from '../../pipelines/sources/calendar/occurrences.ts';
import { calendarSettings } from '../../pipelines/sources/calendar/settings.ts';
import { advanceStream, openSource, type AdvanceResult } from '../../pipelines/sources/index.ts';
import { listRejects, migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase } from '../harness/database.ts';

export interface CalendarBench {
  readonly warehouse: Warehouse;
  readonly databaseUrl: string;
  sync(settings: object, environment?: NodeJS.ProcessEnv, maxPages?: number): Promise<AdvanceResult>;
  /** Of meetings that are not deleted, in the order of their starts. */
  meetings(): Promise<Occurrence[]>;
  deleted(): Promise<string[]>;
  rejects(): Promise<string[]>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

export async function openCalendarBench(): Promise<CalendarBench> {
  const database = await createTestDatabase();
  const warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
  const { pool } = warehouse;
  const events = async (isDeleted: boolean): Promise<Occurrence[]> => {
    const { rows } = await pool.query<{ payload: Occurrence }>(
      `select payload from raw.calendar__events where is_deleted = $1 order by payload ->> 'start_at', payload ->> 'uid', payload ->> 'owner'`,
      [isDeleted],
    );
    return rows.map(({ payload }) => payload);
  };
  return {
    warehouse,
    databaseUrl: database.url,
    async sync(settings, environment = {}, maxPages) {
      const config = calendarSettings.parse({
        type: 'calendar',
        time_zone: 'Europe/Moscow',
        history_from: '2025-01-01',
        ...settings,
      });
      const session = await openSource(config, { warehouse, environment });
      try {
        return await advanceStream(session, 'events', {
          until: new Date(),
          ...(maxPages !== undefined && { maxPages }),
        });
      } finally {
        await session.close();
      }
    },
    meetings: () => events(false),
    deleted: async () => (await events(true)).map(({ start_at }) => start_at),
    rejects: async () => (await listRejects(warehouse, { source: 'calendar' })).map(({ reason }) => reason),
    async clear() {
      await pool.query(
        `delete from ops.cursors; delete from ops.rejects; delete from ops.streams;
         truncate raw.calendar__events, raw.calendar__events__history`,
      );
    },
    async close() {
      await warehouse.close();
      await database.drop();
    },
  };
}

/** A VCALENDAR of components given line by line, folded as RFC 5545 asks. */
export function ics(...components: readonly (readonly string[])[]): string {
  const lines = ['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//test//', ...components.flat(), 'END:VCALENDAR'];
  return lines.flatMap((line) => line.match(/.{1,70}/gu)?.map((part, n) => (n === 0 ? part : ` ${part}`)) ?? []).join('\r\n') + '\r\n'; // prettier-ignore
}

export function event(uid: string, ...lines: readonly string[]): string[] {
  return ['BEGIN:VEVENT', `UID:${uid}`, 'DTSTAMP:20250101T000000Z', ...lines, 'END:VEVENT'];
}
