import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { calendarSettings } from '../../pipelines/sources/calendar/settings.ts';
import type { SourceConfig } from '../../pipelines/config/index.ts';
import { event, ics, openCalendarBench } from '../contract/calendar-fixture.ts';
import { mangoCompany, MANGO_KEY, MANGO_SALT, openMangoBench } from '../contract/mango-fixture.ts';
import { openUisBench, UIS_TOKEN, uisCompany } from '../contract/uis-fixture.ts';
import { startSync } from './sync-process.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Victim {
  readonly databaseUrl: string;
  readonly config: SourceConfig;
  readonly streams: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Each life but the last dies at its moment; the last one comes to its end. */
async function liveThrough(moments: readonly string[], { environment, ...victim }: Victim): Promise<void> {
  const task = { ...victim, isParallel: false };
  for (const moment of moments) {
    const { isDone } = await startSync(task, { ...environment, VORONKA_CRASH_AT: moment }).ended;
    expect(isDone, moment).toBe(false);
  }
  expect(await startSync(task, environment).ended).toMatchObject({ isDone: true });
}

it('loses and doubles no call of UIS when killed while landing and while committing', async () => {
  const bench = await openUisBench(uisCompany(900, 200));
  closing.push(() => bench.close());
  await liveThrough(['landing.copied:1', 'landing.ending:2'], {
    databaseUrl: bench.warehouse.url,
    config: bench.config,
    streams: ['calls', 'call_legs', 'employees'],
    environment: { [UIS_TOKEN]: bench.standIn.token },
  });
  expect(await bench.differences()).toEqual([]);
}, 300_000);

it('loses and doubles no leg of Mango Office when killed while landing and while committing', async () => {
  const bench = await openMangoBench(mangoCompany(200, 90));
  closing.push(() => bench.close());
  await liveThrough(['landing.copied:1', 'landing.committed:1'], {
    databaseUrl: bench.warehouse.url,
    config: bench.config,
    streams: ['calls'],
    environment: { [MANGO_KEY]: bench.standIn.key, [MANGO_SALT]: bench.standIn.salt },
  });
  expect(await bench.differences()).toEqual([]);
}, 300_000);

it('loses and doubles no meeting of a calendar when killed while landing', async () => {
  const bench = await openCalendarBench();
  const folder = mkdtempSync(join(tmpdir(), 'voronka-kill-'));
  closing.push(
    () => bench.close(),
    () => rmSync(folder, { recursive: true }),
  );
  const owners = ['anna', 'boris', 'clara'];
  const write = (owner: string, meetings: number): void =>
    writeFileSync(
      join(folder, `${owner}@company.ru.ics`),
      ics(
        ...Array.from({ length: meetings }, (_, n) =>
          event(
            `${owner}-${n}`,
            `DTSTART:202503${String((n % 28) + 1).padStart(2, '0')}T100000Z`,
            'DURATION:PT30M',
          ),
        ),
      ),
    );
  for (const owner of owners) write(owner, 40);
  const config = calendarSettings.parse({
    type: 'calendar',
    name: 'calendar',
    time_zone: 'Europe/Moscow',
    history_from: '2025-01-01',
    calendars: [{ path: folder }],
  });
  const victim = { databaseUrl: bench.databaseUrl, config, streams: ['events'], environment: {} };
  await liveThrough(['landing.ending:1'], victim);
  expect(await bench.meetings()).toHaveLength(120);
  // Ten meetings disappear from one calendar; the process that is to notice dies first.
  write('boris', 30);
  await liveThrough(['landing.ending:1'], victim);
  const left = await bench.meetings();
  expect(new Set(left.map(({ uid }) => uid)).size).toBe(left.length);
  expect([left.length, (await bench.deleted()).length]).toEqual([110, 10]);
}, 300_000);
