import { mkdtemp, rm } from 'node:fs/promises';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueToken, type TokenRequest } from '../../cube/auth.ts';
import { runQuery } from '../../cube/query.ts';
import { startCube } from '../../cube/server.ts';
import { idDigest } from '../../pipelines/sources/mail/message-id.ts';
import { openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { letter, mailSource, readSource, type Letter } from '../contract/mail-fixture.ts';
import { CONFIG, createSmallCrm, lead, START, type RawRow, type SmallCrm } from './small-crm.ts';

const [ANNA, BORIS] = ['7:1', '7:2'];
const ACME = '7:company:9';

const card = (id: number, email: string, company?: number): RawRow => ({
  stream: 'contacts',
  id: String(id),
  updatedAt: id,
  payload: {
    id,
    name: `Card ${id}`,
    created_at: START,
    custom_fields_values: [{ field_code: 'EMAIL', values: [{ value: email }] }],
    _embedded: { companies: company === undefined ? [] : [{ id: company }] },
  },
});

/** `Mon, 03 Mar 2025 HH:MM:SS ZONE`. */
const at = (time: string, zone = '+0000', day = 3): string =>
  `${['Sat', 'Sun', 'Mon', 'Tue', 'Wed'][day] ?? 'Mon'}, ${String(day).padStart(2, '0')} Mar 2025 ${time} ${zone}`;

let crm: SmallCrm;
let warehouse: Warehouse;
let folder: string;
let files = 0;

/** Puts a copy of a letter into a folder of a mailbox. */
function put(place: string, options: Letter): void {
  files += 1;
  const path = join(folder, place, 'cur', `${files}:2,`);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, letter(options));
}

const re = (...ids: string[]): string[] => [
  `In-Reply-To: <${ids.at(-1)}>`,
  `References: ${ids.map((id) => `<${id}>`).join(' ')}`,
];
const [anna, boris, sales] = ['anna@example.org', 'boris@example.org', 'sales@example.org'];
const client = 'client@acme.example';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voronka-mail-'));
  crm = await createSmallCrm({
    ...CONFIG,
    managers: [
      {
        manager: 'Anna',
        team: null,
        extensions: [],
        mailboxes: [{ address: anna }, { address: sales, to: '2025-03-03' }],
      },
      {
        manager: 'Boris',
        team: null,
        extensions: [],
        mailboxes: [{ address: boris }, { address: sales, from: '2025-03-04' }],
      },
    ],
  });
  warehouse = await openWarehouse({ url: String(crm.pool.options.connectionString) });
  await crm.put([
    card(1, 'Client@ACME.example', 9),
    card(2, 'buyer@beta.example'),
    { stream: 'companies', id: '9', updatedAt: 1, payload: { id: 9, name: 'Acme', created_at: START } },
    // Opened at 06:00 UTC; the one of 08:30 is the newer open one from then on.
    lead({ id: 100, status: 20, contacts: [{ id: 1, is_main: true }], company: 9 }),
    lead({ id: 101, status: 20, created: 150, contacts: [{ id: 1, is_main: true }], company: 9 }),
  ]);
});
afterAll(async () => {
  await warehouse?.close();
  await crm?.drop();
  await rm(folder, { recursive: true, force: true });
});

const read = () => readSource(warehouse, mailSource({ type: 'maildir', path: folder }));
const message = async (id: string) =>
  (
    await crm.rows(
      `select direction, kind, manager_id, client_id, deal_id, reply_to_id, reply_seconds::int, is_unanswered, is_reply,
         is_correspondence, unmatched_reason, copies, occurred_at
       from marts.fct_messages where message_id = $1`,
      [`id:${idDigest(id)}`],
    )
  )[0];
const thread = async (id: string): Promise<unknown> =>
  (
    await crm.rows(`select thread_id from marts.fct_messages where message_id = $1`, [`id:${idDigest(id)}`])
  )[0];

describe('messages in the marts', () => {
  beforeAll(async () => {
    // Asked at noon in Yekaterinburg, answered at half past one in Moscow: 07:00 and 10:30 in UTC.
    put(`${anna}/INBOX`, { id: 'zone-1', from: client, to: anna, date: at('12:00:00', '+0500') });
    put(`${anna}/Sent`, {
      id: 'zone-2',
      from: anna,
      to: client,
      date: at('13:30:00', '+0300'),
      more: re('zone-1'),
    });

    // Two questions, the machine's answer between them, then a person's.
    put(`${anna}/INBOX`, { id: 'two-1', from: client, to: anna, date: at('08:00:00') });
    const auto = [...re('two-1'), 'Auto-Submitted: auto-replied'];
    put(`${anna}/Sent`, { id: 'two-auto', from: anna, to: client, date: at('08:00:05'), more: auto });
    put(`${anna}/INBOX`, { id: 'two-2', from: client, to: anna, date: at('08:10:00'), more: re('two-1') });
    put(`${anna}/Sent`, {
      id: 'two-3',
      from: anna,
      to: client,
      date: at('09:00:00'),
      more: re('two-1', 'two-2'),
    });
    // The client is out of office: that asks nothing.
    const away = [...re('two-3'), 'Auto-Submitted: auto-replied (vacation)'];
    put(`${anna}/INBOX`, { id: 'two-away', from: client, to: anna, date: at('09:00:30'), more: away });

    // Passed on to a colleague and to a supplier: the client waits.
    put(`${anna}/INBOX`, { id: 'fwd-1', from: client, to: anna, date: at('08:00:00') });
    put(`${anna}/Sent`, { id: 'fwd-2', from: anna, to: boris, date: at('08:05:00'), more: re('fwd-1') });
    put(`${boris}/INBOX`, { id: 'fwd-2', from: anna, to: boris, date: at('08:05:00'), more: re('fwd-1') });
    put(`${anna}/Sent`, {
      id: 'fwd-3',
      from: anna,
      to: 'x@supplier.example',
      date: at('08:06:00'),
      more: re('fwd-1'),
    });

    // Anna was asked, Boris answered, to the client's colleague with the client in copy.
    put(`${anna}/INBOX`, { id: 'col-1', from: client, to: anna, date: at('08:00:00') });
    const copied = [...re('col-1'), `Cc: ${client}`];
    put(`${boris}/Sent`, {
      id: 'col-2',
      from: boris,
      to: 'chief@acme.example',
      date: at('09:30:00'),
      more: copied,
    });

    // One message in three folders of two mailboxes.
    for (const place of [`${anna}/INBOX`, `${anna}/Archive/2025`, `${boris}/INBOX`]) {
      put(place, { id: 'copies', from: 'buyer@beta.example', to: `${anna}, ${boris}`, date: at('10:00:00') });
    }
    // The shared mailbox was Anna's on the third, Boris' from the fourth; at 21:30 UTC it is the fourth in Moscow.
    put(`${sales}/INBOX`, { id: 'shared-1', from: client, to: sales, date: at('20:30:00') });
    put(`${sales}/INBOX`, { id: 'shared-2', from: client, to: sales, date: at('21:30:00') });
    put(`${sales}/Sent`, {
      id: 'shared-3',
      from: sales,
      to: client,
      date: at('06:00:00', '+0000', 4),
      more: re('shared-1'),
    });

    // The clock of the answering computer was slow.
    put(`${anna}/INBOX`, { id: 'clock-1', from: client, to: anna, date: at('11:00:00') });
    put(`${anna}/Sent`, { id: 'clock-2', from: anna, to: client, date: at('10:58:00'), more: re('clock-1') });

    put(`${anna}/INBOX`, { id: 'stranger', from: 'who@else.example', to: anna, date: at('12:00:00') });
    const marks: Record<string, string[]> = {
      bounce: ['Content-Type: multipart/report; report-type=delivery-status; boundary=b', ...re('zone-2')],
      receipt: [
        'Content-Type: multipart/report; report-type=disposition-notification; boundary=b',
        ...re('zone-2'),
      ],
      calendar: ['Content-Type: text/calendar; method=REQUEST'],
      newsletter: ['List-Id: <news.acme.example>', 'List-Unsubscribe: <https://acme.example>'],
      automatic: ['Auto-Submitted: auto-generated'],
      person: [
        'Auto-Submitted: no',
        'List-Id: <x>',
        'List-Post: <mailto:sales@example.org>',
        'List-Unsubscribe: <x>',
      ],
    };
    for (const [kind, more] of Object.entries(marks)) {
      put(`${anna}/INBOX`, { id: `kind-${kind}`, from: client, to: anna, date: at('13:00:00'), more });
    }
    put(`${anna}/Spam`, { id: 'kind-junk', from: client, to: anna, date: at('13:00:00') });
    await read();
    await crm.build();
  });

  it('time a reply across zones, and find client, manager and the deal open at that moment', async () => {
    expect(await message('zone-1')).toMatchObject({
      direction: 'in',
      manager_id: ANNA,
      client_id: ACME,
      deal_id: '7:100',
      is_unanswered: false,
      occurred_at: new Date('2025-03-03T07:00:00Z'),
    });
    expect(await message('zone-2')).toMatchObject({
      direction: 'out',
      manager_id: ANNA,
      client_id: ACME,
      deal_id: '7:101',
      is_reply: true,
      reply_seconds: 3.5 * 3600,
    });
  });

  it("count the wait from the first of several questions, to a person's answer", async () => {
    expect(await message('two-3')).toMatchObject({ is_reply: true, reply_seconds: 3600 });
    expect(await message('two-auto')).toMatchObject({ kind: 'auto_reply', is_reply: false });
    expect(await message('two-away')).toMatchObject({ kind: 'auto_reply', is_unanswered: false });
    for (const id of ['two-1', 'two-2']) expect(await message(id)).toMatchObject({ is_unanswered: false });
  });

  it('take passing a question on for no answer', async () => {
    expect(await message('fwd-1')).toMatchObject({ is_unanswered: true, manager_id: ANNA });
    expect(await message('fwd-2')).toMatchObject({ direction: 'internal', is_reply: false, client_id: null });
    expect(await message('fwd-3')).toMatchObject({
      direction: 'out',
      is_reply: false,
      unmatched_reason: 'not_in_crm',
    });
  });

  it("give a colleague's answer to the colleague", async () => {
    expect(await message('col-1')).toMatchObject({ manager_id: ANNA, is_unanswered: false });
    expect(await message('col-2')).toMatchObject({ manager_id: BORIS, client_id: ACME, reply_seconds: 5400 });
  });

  it('count a message once, in whatever folders and mailboxes it lies', async () => {
    expect(await message('copies')).toMatchObject({
      copies: 3,
      manager_id: ANNA,
      client_id: '7:contact:2',
      is_unanswered: true,
    });
  });

  it('follow a mailbox from one manager to the next, by days of the account', async () => {
    expect((await message('shared-1'))?.['manager_id']).toBe(ANNA);
    expect((await message('shared-2'))?.['manager_id']).toBe(BORIS);
    expect(await message('shared-3')).toMatchObject({ manager_id: BORIS, reply_seconds: 9.5 * 3600 });
  });

  it('believe what an answer says it answers, and no time that runs backwards', async () => {
    expect(await message('clock-1')).toMatchObject({ is_unanswered: false });
    expect(await message('clock-2')).toMatchObject({ is_reply: true, reply_seconds: null });
  });

  it('tell people from machines', async () => {
    const rows = await crm.rows(
      `select kind, count(*)::int as messages from marts.fct_messages where occurred_at = '2025-03-03T13:00:00Z' group by kind`,
    );
    expect(Object.fromEntries(rows.map(({ kind, messages }) => [kind, messages]))).toEqual({
      bounce: 1,
      receipt: 1,
      calendar: 1,
      newsletter: 1,
      automatic: 1,
      person: 1,
      junk: 1,
    });
    expect(await message('stranger')).toMatchObject({ unmatched_reason: 'not_in_crm', is_unanswered: true });
  });

  it('thread by what messages name, never by their subject', async () => {
    expect(await thread('kind-bounce')).toEqual(await thread('zone-1'));
    expect(await thread('two-3')).toEqual(await thread('two-away'));
    // All have the same subject.
    const [{ threads }] = (await crm.rows(
      `select count(distinct thread_id)::int as threads from marts.fct_messages
       where message_id = any($1)`,
      [['zone-1', 'two-1', 'fwd-1', 'col-1', 'copies', 'stranger'].map((id) => `id:${idDigest(id)}`)],
    )) as [{ threads: number }];
    expect(threads).toBe(6);
  });

  it('are served with reply times and what waits, each manager seeing their own', async () => {
    const cube = await startCube({
      readerUrl: warehouse.url,
      port: 0,
      timeZone: 'Europe/Moscow',
      apiSecret: 'a secret of this test',
    });
    try {
      const ask = async (as: Partial<TokenRequest>, query: object): Promise<Record<string, unknown>[]> => {
        const token = issueToken({ secret: 'a secret of this test', role: 'executive', ...as });
        const { rows } = await runQuery({ url: cube.url, token, query });
        return rows.map((row) =>
          Object.fromEntries(
            Object.entries(row).map(([name, value]) => [
              name.replace('correspondence.', ''),
              value !== null && name !== 'correspondence.manager' ? Number(value) : value,
            ]),
          ),
        );
      };
      const measures = [
        ...['emails_sent', 'emails_received', 'emails_unanswered', 'email_replies', 'email_reply_time'],
        ...['email_reply_time_median', 'email_reply_time_p90'],
      ].map((name) => `correspondence.${name}`);
      const byManager = {
        measures,
        dimensions: ['correspondence.manager'],
        order: { 'correspondence.manager': 'asc' },
      };
      // Anna: zone-2, two-3, fwd-3, clock-2 sent; zone-1, two-1, two-2, fwd-1, col-1, copies, shared-1, clock-1, stranger and the one
      // of the group came; fwd-1, copies, stranger and the one of the group wait. Boris: col-2, shared-3; shared-2.
      const anna = {
        manager: 'Anna',
        emails_sent: 4,
        emails_received: 10,
        emails_unanswered: 4,
        email_replies: 3,
        email_reply_time: (12_600 + 3_600) / 2,
        email_reply_time_median: 8_100,
        email_reply_time_p90: 11_700,
      };
      const boris = {
        manager: 'Boris',
        emails_sent: 2,
        emails_received: 1,
        emails_unanswered: 1,
        email_replies: 2,
        email_reply_time: (5_400 + 34_200) / 2,
        email_reply_time_median: 19_800,
        email_reply_time_p90: 31_320,
      };
      expect(await ask({}, byManager)).toEqual([anna, boris]);
      expect(await ask({ role: 'manager', managers: [BORIS] }, byManager)).toEqual([boris]);
      const hours = { measures: ['correspondence.emails_received'], dimensions: ['correspondence.hour'] };
      const evening = { member: 'correspondence.hour', operator: 'gte', values: ['18'] };
      // 20:30 and 21:30 in UTC are before and after midnight in Moscow.
      expect(await ask({}, { ...hours, filters: [evening] })).toEqual([{ hour: 23, emails_received: 1 }]);
    } finally {
      await cube.stop();
    }
  });

  it('stay what they were when their copies are cleared away', async () => {
    await rm(join(folder, anna, 'Sent'), { recursive: true });
    expect(await read()).toMatchObject({ inserted: 0 });
    await crm.build();
    expect(await message('zone-2')).toMatchObject({
      is_reply: true,
      reply_seconds: 3.5 * 3600,
      manager_id: ANNA,
    });
    const gone = await crm.rows(`select count(*)::int as gone from raw.maildir__messages where is_deleted`);
    expect(gone).toEqual([{ gone: 6 }]);
  });

  it('come out the same from changes as from everything', async () => {
    // Late mail that joins two threads, a card that gets and one that loses its address, a deal that is closed, a question answered.
    put(`${anna}/INBOX`, {
      id: 'join',
      from: client,
      to: anna,
      date: at('14:00:00'),
      more: re('zone-1', 'fwd-1'),
    });
    put(`${boris}/Sent`, {
      id: 'late',
      from: boris,
      to: 'who@else.example',
      date: at('15:00:00'),
      more: re('stranger'),
    });
    // No Message-ID: what stands in its head says that it is one message.
    for (const box of [anna, boris]) {
      const path = join(folder, box, 'INBOX', 'cur', 'nameless:2,S');
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(
        path,
        letter({ from: client, to: `${anna}, ${boris}`, date: at('16:00:00') }).replace(
          /^Message-ID.*\r\n/,
          '',
        ),
      );
    }
    await read();
    await crm.put([
      card(2, 'nobody@beta.example'),
      card(3, 'who@else.example'),
      lead({
        id: 101,
        status: 143,
        created: 150,
        updated: 160,
        closed: 160,
        contacts: [{ id: 1, is_main: true }],
        company: 9,
      }),
    ]);
    await crm.build();
    expect(await thread('fwd-1')).toEqual(await thread('zone-1'));
    expect(await message('stranger')).toMatchObject({
      client_id: '7:contact:3',
      is_unanswered: false,
      unmatched_reason: null,
    });
    expect(await message('copies')).toMatchObject({ client_id: null, unmatched_reason: 'not_in_crm' });
    expect(await message('zone-2')).toMatchObject({ deal_id: '7:100' });
    const tables = async (): Promise<unknown> => ({
      threads: await crm.rows('select node, thread_id from intermediate.int_message_threads order by node'),
      parties: await crm.rows(
        'select message_id, position, role, address_hmac from intermediate.int_message_parties order by 1, 2',
      ),
      contacts: await crm.rows(
        `select contact_id, deal_id, manager_id, is_two_way, is_deleted from intermediate.int_deal_contacts
         where deal_id is not null order by 1, 2`,
      ),
      firsts: await crm.rows(
        'select deal_id, first_contact_at from intermediate.int_deal_first_contacts order by 1',
      ),
      facts: await crm.rows('select * from marts.fct_messages order by message_id'),
    });
    const incremental = await tables();
    await crm.build({ full: true });
    expect(await tables()).toEqual(incremental);
    const nameless = await crm.rows(`select copies from marts.fct_messages where message_id like 'x:%'`);
    expect(nameless).toEqual([{ copies: 2 }]);
  });
});
