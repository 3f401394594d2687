import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { asteriskSettings } from '../../pipelines/sources/asterisk/settings.ts';
import { masterLine, openPbxBench, type PbxBench } from '../contract/asterisk-fixture.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';
import { startSync } from './sync-process.ts';

let bench: PbxBench;
let pbx: TestDatabase;
let folder: string;
beforeAll(async () => {
  [bench, pbx] = await Promise.all([openPbxBench(), createTestDatabase('pbx')]);
  folder = mkdtempSync(join(tmpdir(), 'voronka-kill-'));
});
afterAll(async () => {
  await bench.close();
  await pbx.drop();
  rmSync(folder, { recursive: true });
});

/** Batches of a file have 1,000 rows, pages of a table 5,000; each blow strikes another moment of a batch. */
const PLACES = [
  { place: 'files', count: 2_500, moments: ['landing.copied:2', 'landing.committed:1'] },
  { place: 'database', count: 5_500, moments: ['page.received:2', 'landing.ending:1'] },
];

it.each(PLACES)(
  'loses and doubles no leg when killed while reading its $place',
  async ({ place, count, moments }) => {
    const at = (n: number): string =>
      new Date(Date.UTC(2025, 2, 3) + Math.floor(n / 3) * 1_000).toISOString().slice(0, 19).replace('T', ' ');
    if (place === 'files') {
      const lines = Array.from({ length: count }, (_, n) =>
        masterLine({ start: at(n), end: at(n), uniqueid: `1740960000.${n}`, sequence: n }, 21),
      );
      writeFileSync(join(folder, 'Master.csv'), lines.join(''));
    } else {
      await pbx.pool.query(
        `create table cdr as select timestamp '2025-03-03 00:00:00' + (n / 3) * interval '1 s' as start, '101' as src, '102' as dst,
         1 as duration, 'BUSY' as disposition, '1740960000.' || n as uniqueid, n as sequence from generate_series(0, ${count - 1}) n`,
      );
    }
    const config = asteriskSettings.parse({
      type: 'asterisk',
      name: place,
      time_zone: 'UTC',
      ...(place === 'files' ? { files: { path: folder } } : { database: { url_env: 'PBX_URL' } }),
    });
    const task = {
      databaseUrl: bench.database.url,
      config: config as never,
      streams: ['cdr'],
      isParallel: false,
    };
    const environment = { PBX_URL: pbx.url };
    for (const moment of moments) {
      const { isDone } = await startSync(task, { ...environment, VORONKA_CRASH_AT: moment }).ended;
      expect(isDone).toBe(false);
    }
    expect(await startSync(task, environment).ended).toMatchObject({ isDone: true });
    const legs = await bench.legs(place);
    expect(legs).toHaveLength(count);
    expect(new Set(legs.map(({ row }) => row['sequence'])).size).toBe(count);
    expect(await bench.superseded()).toBe(0);
  },
  120_000,
);
