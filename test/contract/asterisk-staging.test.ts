import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../pipelines/config/index.ts';
import { buildMarts } from '../../pipelines/workflows/marts.ts';
import { openPbxBench, type PbxBench } from './asterisk-fixture.ts';

let bench: PbxBench;
let folder: string;
beforeAll(async () => {
  bench = await openPbxBench();
  folder = mkdtempSync(join(tmpdir(), 'voronka-legs-'));
});
afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true });
});

/** Reads the sources and builds the staging view under their settings. */
async function build(sources: readonly ({ name: string } & Record<string, unknown>)[]): Promise<void> {
  const account = { name: 'T', time_zone: 'Europe/Moscow', currency: 'RUB' };
  const typed = sources.map((source) => ({ type: 'asterisk', ...source }));
  const config = parseConfig(JSON.stringify({ account, sources: typed }), 'voronka.yaml');
  for (const source of typed) await bench.sync(source);
  await buildMarts(config, bench.warehouse, { full: true, select: 'stg_asterisk__call_legs' });
}

async function legs<Row>(columns: string, source: string): Promise<Row[]> {
  const { rows } = await bench.warehouse.pool.query(
    `select ${columns} from staging.stg_asterisk__call_legs where account_id = $1 order by leg_no`,
    [source],
  );
  return rows as Row[];
}

/** One record by the CDR's names, in a file that says so in its first line. */
const NAMES = [
  'src', 'dst', 'dcontext', 'channel', 'dstchannel', 'lastapp', 'lastdata', 'start', 'answer', 'end', 'duration', 'billsec',
  'disposition', 'uniqueid', 'linkedid', 'sequence', 'did', 'recordingfile', 'calltype',
] as const; // prettier-ignore
type Cdr = Partial<Record<(typeof NAMES)[number], string | number>>;

function file(name: string, records: readonly Cdr[]): string {
  const path = join(folder, name);
  const rows = records.map((record, n): Cdr => ({
    start: '2025-03-03 09:00:00',
    answer: '2025-03-03 09:00:10',
    end: '2025-03-03 09:00:40',
    duration: 40,
    billsec: 30,
    disposition: 'ANSWERED',
    uniqueid: `1740981600.${n}`,
    linkedid: '1740981600.0',
    sequence: n,
    lastapp: 'Dial',
    src: '+79161234567',
    dst: '101',
    channel: 'PJSIP/provider-00000001',
    dstchannel: 'PJSIP/101-00000002',
    ...record,
  }));
  const lines = [NAMES, ...rows.map((row) => NAMES.map((column) => row[column] ?? ''))];
  writeFileSync(path, lines.map((line) => `${line.map((value) => `"${value}"`).join(',')}\n`).join(''));
  return path;
}

const PLAIN: readonly (readonly [what: string, record: Cdr, expected: object])[] = [
  ['a call from outside to an extension', {},
    { caller_is_trunk: true, callee_is_trunk: false, caller_extension: null, callee_extension: '101', party: 'person', result: 'answered', talk: 30, hint: null }],
  ['a call to the outside', { src: '101', dst: '84951234567', channel: 'PJSIP/101-00000001', dstchannel: 'PJSIP/provider-msk-0000000a' },
    { caller_is_trunk: false, callee_is_trunk: true, caller_extension: '101', callee_extension: null, callee_number: '84951234567', party: 'person' }],
  ['a call inside', { src: '101', dst: '102', channel: 'PJSIP/101-00000001', dstchannel: 'PJSIP/102-00000002' },
    { caller_is_trunk: false, callee_is_trunk: false, caller_extension: '101', callee_extension: '102' }],
  ['a member that did not pick up, whose row inherits the answer of the queue', { lastapp: 'Queue', lastdata: 'sales,t,,,30', dst: '600', disposition: 'NO ANSWER' },
    { result: 'no_answer', answered_at: null, talk: null, party: 'person', queue: 'sales', callee_extension: '101' }],
  ['a stay in a queue that nobody ended', { lastapp: 'Queue', lastdata: 'sales,t', dst: '600', dstchannel: '' },
    { party: 'queue', queue: 'sales', callee_extension: null, callee_is_trunk: null }],
  ['voicemail that answers', { lastapp: 'VoiceMail', dstchannel: '' }, { party: 'voicemail', result: 'answered' }],
  ['a menu', { lastapp: 'BackGround', dst: 's', dstchannel: '' }, { party: 'ivr' }],
  ['an announcement', { lastapp: 'Hangup', dst: '84952000000', dstchannel: '' }, { party: 'announcement', line: '84952000000' }],
  ['a conference', { lastapp: 'ConfBridge', dst: '900', dstchannel: '' }, { party: 'conference' }],
  ['a parked call', { lastapp: 'Park', dst: '700', dstchannel: '' }, { party: 'park' }],
  ['a phone that is not registered', { disposition: 'FAILED', dstchannel: '', answer: '' },
    { party: 'person', result: 'failed', callee_extension: '101' }],
  ['a Local channel: its other half rings', { dst: '600', dstchannel: 'Local/103@from-queue-00000012;1' },
    { callee_is_trunk: false, callee_extension: '103', callee_number: '103', party: 'person' }],
  ['the other half, which shows the client as the caller', { channel: 'Local/103@from-queue-00000012;2', dstchannel: 'PJSIP/103-00000003' },
    { caller_is_trunk: false, caller_extension: null, callee_extension: '103' }],
  ['a forward to a mobile phone', { dst: '101', dstchannel: 'PJSIP/provider-00000009' },
    { caller_is_trunk: true, callee_is_trunk: true, callee_extension: null }],
  ['results as numbers', { disposition: 4 }, { result: 'busy', answered_at: null }],
  ['a caller who gave up, by newer Asterisk', { disposition: 'CANCEL' }, { result: 'cancelled' }],
  ['what FreePBX adds', { did: '84952000001', recordingfile: '/var/spool/2025/in-101.wav' },
    { hint: 'in', line: '84952000001', recording_id: 'in-101.wav' }],
  ['what Yeastar adds', { calltype: 'Outbound', src: '101', dst: '84951234567' }, { hint: 'out' }],
]; // prettier-ignore

it('says of each kind of record who was on it and what answered', async () => {
  await build([
    { name: 'plain', files: { path: file('plain.csv', PLAIN.map(([, record]) => record)) }, time_zone: 'Europe/Moscow' },
  ]); // prettier-ignore
  const found = await legs<Record<string, unknown>>(
    '*, direction_hint as hint, talk_seconds_reported as talk',
    'plain',
  );
  for (const [n, [what, , expected]] of PLAIN.entries()) {
    expect(found[n], what).toMatchObject(expected);
  }
  expect(found).toHaveLength(PLAIN.length);
  expect(found[0]).toMatchObject({
    source_type: 'asterisk',
    call_key: '1740981600.0',
    leg_id: '1740981600.0/1740981600.0/0',
    crm_call_id: '1740981600.0',
    started_at: new Date('2025-03-03T06:00:00Z'),
    answered_at: new Date('2025-03-03T06:00:10Z'),
  });
});

it('takes the site at its word about trunks, extensions, contexts and lines', async () => {
  const path = file('site.csv', [
    { channel: 'SIP/211553-00000001', dst: '211553', dstchannel: 'SIP/anna-00000002', dcontext: 'pstn' },
    {
      channel: 'SIP/anna-00000001',
      src: '211553',
      dst: '555123',
      dstchannel: 'SIP/211553-00000002',
      dcontext: 'office',
    },
    { dstchannel: '', lastapp: 'Macro', dcontext: 'menu', dst: '1' },
  ]);
  await build([
    {
      name: 'site',
      files: { path },
      time_zone: 'Asia/Irkutsk',
      trunk_pattern: '^SIP/\\d{6}-',
      extension_pattern: '^anna$',
      own_numbers: ['211553'],
      contexts: { pstn: 'in', office: 'out', menu: 'ivr' },
    },
  ]);
  expect(
    await legs('direction_hint, caller_is_trunk, callee_extension, caller_extension, line, party', 'site'),
  ).toEqual([
    { direction_hint: 'in', caller_is_trunk: true, callee_extension: 'anna', caller_extension: null, line: '211553', party: 'person' },
    { direction_hint: 'out', caller_is_trunk: false, callee_extension: null, caller_extension: 'anna', line: '211553', party: 'person' },
    { direction_hint: null, caller_is_trunk: false, callee_extension: null, caller_extension: null, line: null, party: 'ivr' },
  ]); // prettier-ignore
});

const real = new URL('../../../shared/data/asterisk_cdr/Master.masked.csv', import.meta.url);
describe.skipIf(!existsSync(real))('a real PBX (needs shared/data/asterisk_cdr)', () => {
  it('has 24 calls that a person answered, for 790 seconds, 6 that only an announcement did, and 6 that nobody did', async () => {
    await build([
      {
        name: 'real',
        files: { path: real.pathname },
        time_zone: 'UTC',
        trunk_pattern: '^SIP/(211553|211474|stadionpbx)-',
        extension_pattern: '^30\\d$',
      },
    ]);
    const { rows } = await bench.warehouse.pool.query(
      `with calls as (
         select call_key, bool_or(party = 'person' and result = 'answered' and talk_seconds_reported > 0) as by_person,
           bool_or(party = 'announcement' and result = 'answered') as by_announcement, bool_or(party = 'person') as rang,
           max(talk_seconds_reported) filter (where party = 'person' and result = 'answered') as talk
         from staging.stg_asterisk__call_legs where account_id = 'real' group by 1
       )
       select count(*)::int as calls, count(*) filter (where by_person)::int as persons, sum(talk)::int as talk,
         count(*) filter (where not by_person and by_announcement and not rang)::int as announcements,
         count(*) filter (where not by_person and rang)::int as unanswered
       from calls`,
    );
    expect(rows).toEqual([{ calls: 36, persons: 24, talk: 790, announcements: 6, unanswered: 6 }]);
  });
});
