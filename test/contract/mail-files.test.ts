import { appendFile, mkdir, mkdtemp, rename, rm, stat, unlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { idDigest } from '../../pipelines/sources/mail/message-id.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase } from '../harness/database.ts';
import { hasDovecot, startDovecot } from './mail-dovecot.ts';
import { imapSource, letter, mailSource, readSource } from './mail-fixture.ts';

const ANNA = 'anna@company.example';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let warehouse: Warehouse;
let folder: string;
let sources = 0;

beforeAll(async () => {
  database = await createTestDatabase();
  warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
});
afterAll(async () => {
  await warehouse?.close();
  await database?.drop();
});
beforeEach(async () => {
  sources += 1;
  folder = await mkdtemp(join(tmpdir(), 'voronka-maildir-'));
  return () => rm(folder, { recursive: true, force: true });
});

const settings = (more: object = {}) =>
  mailSource({ type: 'maildir', name: `files${sources}`, path: folder, address: ANNA, ...more });
const read = (more: object = {}, options: { maxPages?: number } = {}) =>
  readSource(warehouse, settings(more), options);
const rows = async (): Promise<Record<string, unknown>[]> => {
  const found = await warehouse.pool.query(
    `select payload ->> 'folder' as folder, payload ->> 'role' as role, payload ->> 'message_key' as key, is_deleted as deleted,
       (payload ->> 'is_answered')::boolean as answered, payload, seen_at
     from raw.maildir__messages where account_id = $1 order by id`,
    [`files${sources}`],
  );
  return found.rows as Record<string, unknown>[];
};
const key = (id: string): string => `id:${idDigest(id)}`;

const inMbox = (id: string, more: object = {}): string =>
  `From client@client.example Mon Nov  2 07:00:00 2026\n${letter({ id, ...more }).replaceAll('\r\n', '\n')}\n`;

it('goes on in an mbox that grew, reads one anew that was rewritten, and misses what was taken out of it', async () => {
  const file = join(folder, 'Sent.mbox');
  await writeFile(file, ['a', 'b', 'c'].map((id) => inMbox(id)).join(''));
  expect(await read()).toMatchObject({ inserted: 3 });
  expect(await read()).toMatchObject({ rows: 0 });
  // A line of a body that looks like the line between messages, but for what stands before it or in it.
  const body =
    'Dear all,\nFrom Monday on we are closed, 10:00 is too late in 2026\n\nFrom here to there\n\n>From quoted';
  await appendFile(file, inMbox('d', { body }));
  expect(await read()).toMatchObject({ rows: 1, inserted: 1 });
  await writeFile(file, ['a', 'c', 'd', 'e'].map((id) => inMbox(id)).join(''));
  expect(await read()).toMatchObject({ inserted: 1, updated: 1 + 1 });
  const held = await rows();
  expect(held.map((row) => [row['key'], row['deleted']]).sort()).toEqual(
    [
      ['a', false],
      ['b', true],
      ['c', false],
      ['d', false],
      ['e', false],
    ]
      .map(([id, deleted]) => [key(String(id)), deleted])
      .sort(),
  );
  expect(held[0]).toMatchObject({ folder: 'Sent', role: 'sent' });
});

it('reads each message of an mbox once, whenever the reading is broken off', async () => {
  const ids = Array.from({ length: 1_300 }, (_, no) => `m${no % 1_200}`);
  await writeFile(join(folder, 'INBOX.mbox'), ids.map((id) => inMbox(id)).join(''));
  // One batch at a time, each from the state of the one before, as after a kill.
  await read({}, { maxPages: 1 });
  const held = await rows();
  // A hundred are there twice: two copies of one message.
  expect(held).toHaveLength(1_300);
  expect(new Set(held.map((row) => row['key'])).size).toBe(1_200);
  // Everything again, and nothing is new.
  await appendFile(join(folder, 'INBOX.mbox'), inMbox('m0'));
  expect(await read()).toMatchObject({ inserted: 1, updated: 0 });
});

it('knows a message of a maildir by its name, through moves and flags, and notices that it is gone', async () => {
  for (const part of ['cur', 'new', 'tmp', '.Sent/cur']) await mkdir(join(folder, part), { recursive: true });
  await writeFile(join(folder, 'new', '1793600000.M1P1.host'), letter({ id: 'one' }));
  await writeFile(join(folder, 'cur', '1793600001.M2P1.host:2,S'), letter({ id: 'two' }));
  await writeFile(join(folder, '.Sent', 'cur', '1793600002.M3P1.host:2,S'), letter({ id: 'three' }));
  await writeFile(join(folder, 'tmp', '1793600003.M4P1.host'), letter({ id: 'not yet' }));
  await writeFile(join(folder, 'dovecot-uidlist'), 'no mail');
  expect(await read()).toMatchObject({ inserted: 3 });
  expect((await rows()).map((row) => [row['folder'], row['role'], row['key']])).toEqual([
    ['INBOX', 'inbox', key('one')],
    ['INBOX', 'inbox', key('two')],
    ['Sent', 'sent', key('three')],
  ]);
  await rename(join(folder, 'new', '1793600000.M1P1.host'), join(folder, 'cur', '1793600000.M1P1.host:2,RS'));
  await unlink(join(folder, 'cur', '1793600001.M2P1.host:2,S'));
  expect(await read()).toMatchObject({ inserted: 0, updated: 2 });
  expect((await rows()).map((row) => [row['answered'], row['deleted']])).toEqual([
    [true, false],
    [false, true],
    [false, false],
  ]);
  // Long settled: the directories themselves say that nothing happened.
  const past = new Date(Date.now() - 60_000);
  for (const part of ['cur', 'new', '.Sent/cur']) await utimes(join(folder, part), past, past);
  await read();
  expect(await read()).toMatchObject({ rows: 0 });
});

it('sets aside what is no message, or has headers without an end, and reads the rest', async () => {
  await mkdir(join(folder, 'cur'));
  await writeFile(join(folder, 'cur', 'good:2,'), letter({ id: 'good' }));
  await writeFile(join(folder, 'cur', 'noise'), Buffer.from([0, 255, 254, 10, 13, 10, 1, 2]));
  await writeFile(
    join(folder, 'cur', 'bomb'),
    letter({ id: 'bomb', more: [`X-Long: ${'a\r\n '.repeat(900_000)}`] }),
  );
  await writeFile(join(folder, 'cur', 'huge'), letter({ id: 'huge', body: 'x'.repeat(30_000_000) }));
  expect(await read()).toMatchObject({ inserted: 2, rejected: 2 });
  const { rows: rejects } = await warehouse.pool.query(
    `select id, reason from ops.rejects where account_id = $1 order by id`,
    [`files${sources}`],
  );
  expect(rejects).toEqual([
    { id: `${ANNA}/INBOX/bomb`, reason: 'the headers are larger than 2 MiB' },
    { id: `${ANNA}/INBOX/noise`, reason: expect.stringContaining('it is no message') },
  ]);
  const sizes = (await rows()).map(({ payload }) => (payload as { size: number }).size);
  expect(Math.max(...sizes)).toBe((await stat(join(folder, 'cur', 'huge'))).size);
});

it('finds mailboxes by the names of their folders, and says so when there is none', async () => {
  const everybody = { address: undefined };
  await expect(read(everybody)).rejects.toMatchObject({ code: 'MAILDIR_EMPTY' });
  await mkdir(join(folder, 'Boris@company.example'));
  await writeFile(join(folder, 'Boris@company.example', 'INBOX.mbox'), inMbox('to boris'));
  expect(await read(everybody)).toMatchObject({ inserted: 1 });
  const { rows: mailboxes } = await warehouse.pool.query(
    'select id, payload from raw.maildir__mailboxes where account_id = $1',
    [`files${sources}`],
  );
  expect(mailboxes).toEqual([
    {
      id: 'boris@company.example',
      payload: {
        id: 'boris@company.example',
        addresses: ['boris@company.example'],
        own_domains: ['company.example'],
      },
    },
  ]);
});

it.skipIf(!hasDovecot)(
  'reads from files what it reads over IMAP (Debian package dovecot-imapd; skipped without it)',
  async () => {
    const dovecot = await startDovecot();
    try {
      const nested = [
        ...[
          '--a',
          'Content-Type: multipart/alternative; boundary="b"',
          '',
          '--b',
          'Content-Type: text/plain',
          '',
          'Hi',
          '--b',
        ],
        ...[
          'Content-Type: text/calendar; method=CANCEL; charset=utf-8',
          '',
          'BEGIN:VCALENDAR',
          '--b--',
          '--a',
        ],
        ...[
          'Content-Type: message/rfc822',
          'Content-Disposition: attachment; filename=a.eml',
          '',
          'Subject: inner',
        ],
        ...[
          'Content-Type: multipart/mixed; boundary=c',
          '',
          '--c',
          'Content-Disposition: attachment',
          '',
          'x',
          '--c--',
          '--a',
        ],
        ...['Content-Type: image/png; name=logo.png', 'Content-Disposition: inline', '', 'AAAA', '--a--'],
      ].join('\r\n');
      const report = [
        '--r',
        'Content-Type: text/plain',
        '',
        'failed',
        '--r',
        'Content-Type: message/delivery-status',
        '',
        '--r--',
      ];
      const texts = [
        letter({ id: 'plain' }),
        letter({ id: 'nested', more: ['Content-Type: multipart/mixed;\r\n boundary="a"'], body: nested }),
        letter({
          id: 'report',
          more: [
            'Return-Path: <>',
            'Content-Type: multipart/report; report-type="delivery-status"; boundary=r',
          ],
          body: report.join('\r\n'),
        }),
      ];
      const client = await dovecot.client(ANNA);
      for (const text of texts) await client.append('INBOX', text, ['\\Answered']);
      await client.logout();
      await readSource(warehouse, imapSource(dovecot.port, [ANNA], { name: `files${sources}` }));
      folder = dovecot.home(ANNA);
      await read();
    } finally {
      await dovecot.stop();
    }
    const places = ['id', 'stored_at', 'attachment_bytes'];
    const without = (payload: object): unknown =>
      Object.fromEntries(Object.entries(payload).filter(([name]) => !places.includes(name)));
    const overImap = await warehouse.pool.query(
      'select payload from raw.imap__messages where account_id = $1',
      [`files${sources}`],
    );
    const byKey = (a: { message_key: string }, b: { message_key: string }): number =>
      a.message_key < b.message_key ? -1 : 1;
    const imap = overImap.rows.map(({ payload }) => payload).sort(byKey);
    const files = (await rows()).map(({ payload }) => payload as { message_key: string }).sort(byKey);
    expect(files.map(without)).toEqual(imap.map(without));
    expect(imap.find(({ message_key: one }) => one === key('nested'))).toMatchObject({
      attachments: 1,
      calendar_method: 'CANCEL',
      is_answered: true,
    });
    expect(imap.find(({ message_key: one }) => one === key('report'))).toMatchObject({
      report_type: 'delivery-status',
    });
  },
);
