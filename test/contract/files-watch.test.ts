import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { watchFolders } from '../../pipelines/sources/files/watch.ts';
import { openFilesBench, type FilesBench } from './files-fixture.ts';

let bench: FilesBench;
beforeAll(async () => {
  bench = await openFilesBench();
});
afterAll(() => bench.close());

it('a change is read without a schedule: new, corrected and deleted files, once each, also one that came during a sync', async () => {
  const syncs: number[] = [];
  let during: (() => void) | undefined;
  const watching = watchFolders([bench.settings], bench.warehouse, {
    everyMs: 40,
    pauseMs: 40,
    sync: async () => {
      syncs.push(Date.now());
      await bench.sync();
      during?.();
      during = undefined;
    },
  });
  const titles = async (): Promise<unknown> =>
    (await bench.rows('holidays')).map(({ values }) => (values as { title: string }).title);
  const becomes = (expected: readonly string[]): Promise<void> =>
    vi.waitFor(async () => expect(await titles()).toEqual(expected), { timeout: 20_000, interval: 100 });

  bench.write('holidays.csv', 'day;title\n2026-01-01;New Year\n');
  await becomes(['New Year']);
  bench.write('holidays.csv', 'day;title\n2026-01-01;Новый год\n');
  await becomes(['Новый год']);
  during = () => bench.write('holidays-2.csv', 'day;title\n2026-01-07;Рождество\n');
  bench.write('holidays.csv', 'day;title\n2026-01-01;НГ\n');
  await becomes(['НГ', 'Рождество']);
  bench.remove('holidays-2.csv');
  await becomes(['НГ']);
  // The last sync may still be ending; after it nothing moves and nothing is read.
  await vi.waitFor(async () => expect(await bench.count('select count(*) from ops.rejects')).toBe(0));
  const before = syncs.length;
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(syncs.length - before).toBeLessThanOrEqual(1);
  await watching.stop();
});

it('nothing is read in the quiet hours, and what changed is read after them', async () => {
  let isQuiet = true;
  let syncs = 0;
  bench.write('holidays.csv', 'day;title\n2026-05-01;Весна\n');
  const watching = watchFolders([bench.settings], bench.warehouse, {
    everyMs: 20,
    mayRun: () => !isQuiet,
    sync: async () => {
      syncs += 1;
      await bench.sync();
    },
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(syncs).toBe(0);
  isQuiet = false;
  await vi.waitFor(() => expect(syncs).toBe(1), { timeout: 20_000 });
  await watching.stop();
});
