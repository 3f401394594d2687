import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { csvLine, masterLine, openPbxBench, type PbxBench } from './asterisk-fixture.ts';

let bench: PbxBench;
let folder: string;
beforeAll(async () => {
  bench = await openPbxBench();
});
afterAll(() => bench.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voronka-cdr-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  // Each test begins with nothing read.
  await bench.warehouse.pool.query(
    `delete from ops.cursors; delete from ops.rejects; delete from ops.drift; delete from ops.streams;
     truncate raw.asterisk__cdr, raw.asterisk__cdr__history`,
  );
});

const master = (): string => join(folder, 'Master.csv');
const settings = (more: object = {}) => ({
  files: { path: master() },
  time_zone: 'Europe/Moscow',
  ...more,
});

/** The n-th call of a morning in Moscow; each has its own second, channel and ids. */
function call(n: number, columns: 16 | 18 | 21 = 21): string {
  const at = (seconds: number): string =>
    new Date(Date.UTC(2025, 2, 3, 9) + (n * 60 + seconds) * 1_000)
      .toISOString()
      .slice(0, 19)
      .replace('T', ' ');
  return masterLine(
    {
      channel: `PJSIP/provider-${n.toString(16).padStart(8, '0')}`,
      start: at(0),
      answer: at(4),
      end: at(34),
      duration: 34,
      billsec: 30,
      disposition: 'ANSWERED',
      uniqueid: `${Date.UTC(2025, 2, 3, 6) / 1_000 + n * 60}.${n * 2}`,
      sequence: n,
    },
    columns,
  );
}
const calls = (from: number, to: number, columns: 16 | 18 | 21 = 21): string =>
  Array.from({ length: to - from }, (_, place) => call(from + place, columns)).join('');
const landed = async (): Promise<string[]> => (await bench.legs()).map(({ start }) => start.slice(11, 16));
const minutes = (from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, place) => `06:${String(from + place).padStart(2, '0')}`);

it.each([16, 18, 21] as const)(
  'reads the %i-column form, times in the zone of the source',
  async (columns) => {
    writeFileSync(master(), calls(0, 3, columns));
    await bench.sync(settings());
    const [first, ...others] = await bench.legs();
    expect(others).toHaveLength(2);
    expect(first).toMatchObject({
      start: '2025-03-03T06:00:00.000Z',
      answer: '2025-03-03T06:00:04.000Z',
      end: '2025-03-03T06:00:34.000Z',
      row: { src: '+79161234567', dst: '101', channel: 'PJSIP/provider-00000000', billsec: '30' },
    });
    expect(first?.call).toBe(columns === 16 ? 'PJSIP/provider-00000000@2025-03-03' : '1740981600.0');
    // With a sequence the row's own key; without one, what is written in it.
    expect(first?.id).toMatch(
      {
        16: /^~[0-9a-f]{24}$/,
        18: /^1740981600\.0\/\/~[0-9a-f]{24}$/,
        21: /^1740981600\.0\/1740981600\.0\/0$/,
      }[columns],
    );
  },
);

it('reads the order of cdr_custom, declared or not, and a list of names', async () => {
  const custom = csvLine([
    '"B" <101>', '101', '84951234567', 'from-internal', 'PJSIP/101-00000001', 'PJSIP/provider-00000002', 'Dial', 'x',
    '2025-03-03 09:00:00', null, '2025-03-03 09:00:20', '20', '0', 'BUSY', '3', '', '1740981600.1', '', '7',
  ]); // prettier-ignore
  writeFileSync(master(), custom);
  for (const layout of ['cdr_custom', 'auto']) {
    await bench.sync(settings({ name: layout, files: { path: master(), layout } }));
    expect(await bench.legs(layout)).toMatchObject([
      { id: '1740981600.1//7', row: { src: '101', dst: '84951234567', disposition: 'BUSY' } },
    ]);
  }
  writeFileSync(master(), '2025-03-03 09:00:00,101,84951234567,20,BUSY\n');
  const layout = ['start', 'src', 'dst', 'duration', 'disposition'];
  await bench.sync(settings({ name: 'own', files: { path: master(), layout } }));
  expect(await bench.legs('own')).toMatchObject([
    { start: '2025-03-03T06:00:00.000Z', end: '2025-03-03T06:00:20.000Z' },
  ]);
});

it('goes on after the last byte read and leaves an unfinished line until it is finished', async () => {
  const whole = call(2);
  writeFileSync(master(), calls(0, 2) + whole.slice(0, 60));
  await bench.sync(settings());
  expect(await landed()).toEqual(minutes(0, 2));
  const { rows } = await bench.sync(settings());
  expect(rows).toBe(0);
  appendFileSync(master(), whole.slice(60) + call(3));
  await bench.sync(settings());
  expect(await landed()).toEqual(minutes(0, 4));
  expect(await bench.rejects()).toEqual([]);
});

it('takes a last line without an end once nobody writes there any more', async () => {
  writeFileSync(master(), calls(0, 2).trimEnd());
  await bench.sync(settings());
  expect(await landed()).toEqual(minutes(0, 1));
  utimesSync(master(), new Date(), new Date(Date.now() - 3_600_000));
  await bench.sync(settings());
  expect(await landed()).toEqual(minutes(0, 2));
});

describe('rotation', () => {
  it('reads the rest of a renamed file and the new one', async () => {
    writeFileSync(master(), calls(0, 3));
    await bench.sync(settings());
    appendFileSync(master(), call(3));
    renameSync(master(), `${master()}.1`);
    writeFileSync(master(), calls(4, 6));
    await bench.sync(settings());
    expect(await landed()).toEqual(minutes(0, 6));
    // A second time, the older one packed.
    appendFileSync(master(), call(6));
    renameSync(`${master()}.1`, `${master()}.2`);
    writeFileSync(`${master()}.2.gz`, gzipSync(readFileSync(`${master()}.2`)));
    rmSync(`${master()}.2`);
    renameSync(master(), `${master()}.1`);
    writeFileSync(master(), call(7));
    expect((await bench.sync(settings())).rows).toBe(2);
    expect(await landed()).toEqual(minutes(0, 8));
  });

  it('reads the rest of a copy after copytruncate, and the truncated file from its new beginning', async () => {
    writeFileSync(master(), calls(0, 3));
    await bench.sync(settings());
    appendFileSync(master(), calls(3, 5));
    copyFileSync(master(), `${master()}-20250303`);
    truncateSync(master());
    // More than was read before: the size alone says nothing.
    appendFileSync(master(), calls(5, 15));
    await bench.sync(settings());
    expect(await landed()).toEqual(minutes(0, 15));
    expect(await bench.rejects()).toEqual([]);
  });

  it('reads a packed file that was never seen unpacked', async () => {
    writeFileSync(`${master()}.1.gz`, gzipSync(calls(0, 5)));
    writeFileSync(master(), call(5));
    await bench.sync(settings());
    expect(await landed()).toEqual(minutes(0, 6));
    expect((await bench.sync(settings())).rows).toBe(0);
  });

  it('reads a file again that was written anew under the same first line', async () => {
    writeFileSync(master(), calls(0, 6));
    await bench.sync(settings());
    writeFileSync(master(), call(0) + calls(10, 16));
    await bench.sync(settings());
    expect(await landed()).toEqual([...minutes(0, 6), ...minutes(10, 16)]);
    expect(await bench.superseded()).toBe(0);
  });
});

it('reads the records once though the folder has a copy of them for every account', async () => {
  writeFileSync(master(), calls(0, 4));
  writeFileSync(join(folder, '101.csv'), calls(0, 2));
  writeFileSync(join(folder, 'Master.csv.swp'), 'no CDR');
  const { rows } = await bench.sync(settings({ files: { path: folder } }));
  expect(rows).toBe(4);
});

describe('damage', () => {
  it('reads text that is not UTF-8, quotes in names and line breaks in them', async () => {
    const name = (n: number, clid: string): Buffer =>
      Buffer.from(masterLine({ start: '2025-03-03 09:00:00', end: '2025-03-03 09:00:10', clid, uniqueid: `1740981600.${n}`, sequence: n }, 21), 'latin1'); // prettier-ignore
    writeFileSync(
      master(),
      Buffer.concat([
        name(1, '"\u00a5\u00ff"" <1>'),
        name(2, 'a "b", "c" <2>'),
        name(3, 'two\nlines <3>'),
        name(4, 'last'),
      ]),
    );
    await bench.sync(settings({ keep_columns: ['clid'] }));
    expect((await bench.legs()).map(({ row }) => row['clid'])).toEqual([
      '"\u00a5\u00ff"" <1>',
      'a "b", "c" <2>',
      'two\nlines <3>',
      'last',
    ]);
  });

  it('rejects a record that breaks off, whole and with the reason, and reads those around it', async () => {
    const broken = call(1).slice(0, 50);
    writeFileSync(master(), `${call(0)}${broken}\n${call(2)}\n"",1,2\n${call(3)}`);
    await bench.sync(settings());
    expect(await landed()).toEqual(['06:00', '06:02', '06:03']);
    expect(await bench.rejects()).toEqual([
      { reason: 'the record breaks off: a quote is left open', payload: broken },
      {
        reason: expect.stringMatching(/^the record has 3 columns, expected 16, 17, 18, 19, 20 or 21$/),
        payload: '"",1,2',
      },
    ]);
  });

  it('rejects a row whose time cannot be told', async () => {
    const line = (start: string): string =>
      masterLine({ start, end: '2025-03-03 09:00:10', uniqueid: '1740981600.1' }, 21);
    writeFileSync(master(), call(0) + line('1970-01-01 03:00:00') + line('2025-02-30 09:00:00'));
    await bench.sync(settings());
    expect(await landed()).toEqual(['06:00']);
    expect((await bench.rejects()).map(({ reason }) => reason)).toEqual([
      'start: the row has no time',
      expect.stringContaining('21 columns do not hold times'),
    ]);
  });
});

describe('errors', () => {
  it('says that the file is missing, and whose right is missing', async () => {
    await expect(bench.sync(settings())).rejects.toMatchObject({
      code: 'ASTERISK_FILE_MISSING',
      message: expect.stringContaining(master()),
    });
    if (process.getuid?.() === 0) return;
    writeFileSync(master(), call(0));
    chmodSync(master(), 0o000);
    await expect(bench.sync(settings())).rejects.toMatchObject({ code: 'ASTERISK_FILE_UNREADABLE' });
  });

  it('says what a declared layout lacks', async () => {
    writeFileSync(master(), call(0));
    const layout = ['src', 'dst', 'start', 'a', 'b'];
    await expect(bench.sync(settings({ files: { path: master(), layout } }))).rejects.toMatchObject({
      code: 'ASTERISK_COLUMNS_MISSING',
      message: expect.stringContaining('has no column for disposition, end or duration'),
    });
  });

  const foreign = new URL('../../../shared/data/freeswitch_cdr/Master.csv', import.meta.url);
  it.skipIf(!existsSync(foreign))(
    'refuses a real file of FreeSWITCH by name, and reads nothing of it',
    async () => {
      await expect(bench.sync(settings({ files: { path: foreign.pathname } }))).rejects.toMatchObject({
        code: 'ASTERISK_FORMAT_UNKNOWN',
        message: expect.stringMatching(
          /15 columns\. They look like those of FreeSWITCH .* Nothing of it was read\./,
        ),
      });
      expect(await bench.legs()).toEqual([]);
    },
  );
});

const real = new URL('../../../shared/data/asterisk_cdr/Master.masked.csv', import.meta.url);
describe.skipIf(!existsSync(real))('a real PBX (needs shared/data/asterisk_cdr)', () => {
  it('lands 84 rows of 36 calls, once', async () => {
    await bench.sync(settings({ files: { path: real.pathname }, time_zone: 'UTC' }));
    const legs = await bench.legs();
    expect(legs).toHaveLength(84);
    expect(new Set(legs.map(({ call: key }) => key)).size).toBe(36);
    expect(legs[0]?.start).toBe('2024-01-27T15:07:24.000Z');
    expect(await bench.rejects()).toEqual([]);
    expect(await bench.drift()).toEqual([]);
    await bench.sync(settings({ files: { path: real.pathname }, time_zone: 'UTC' }), { backfill: true });
    expect(await bench.legs()).toHaveLength(84);
    expect(await bench.superseded()).toBe(0);
  });

  it('notices that its times are not in the zone that the settings say', async () => {
    await bench.sync(settings({ files: { path: real.pathname }, time_zone: 'Asia/Irkutsk' }));
    expect(await bench.drift()).toEqual([
      'start is 8 h before the epoch in uniqueid: is time_zone Asia/Irkutsk right?',
    ]);
  });
});
