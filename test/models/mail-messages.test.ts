import { mkdirSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { issueToken, type TokenRequest } from '../../cube/auth.ts';
import { runQuery } from '../../cube/query.ts';
import { startCube } from '../../cube/server.ts';
import { idDigest } from '../../pipelines/sources/mail/message-id.ts';
import { letter } from '../contract/mail-fixture.ts';
import {
  anna,
  at,
  boris,
  card,
  client,
  openMailOffice,
  re,
  writeLetters,
  type MailOffice,
} from './mail-office.ts';
import { lead, type SmallCrm } from './small-crm.ts';

const [ANNA, BORIS] = ['7:1', '7:2'];
const SECRET = 'a secret that only this test of mail knows';
const ACME = '7:company:9';

let office: MailOffice;
let crm: SmallCrm;
beforeAll(async () => {
  office = await openMailOffice();
  crm = office.crm;
});
afterAll(() => office?.close());

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
    writeLetters(office);
    await office.read();
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
      readerUrl: office.url,
      port: 0,
      timeZone: 'Europe/Moscow',
      apiSecret: SECRET,
    });
    try {
      const ask = async (as: Partial<TokenRequest>, query: object): Promise<Record<string, unknown>[]> => {
        const token = issueToken({ secret: SECRET, role: 'executive', ...as });
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
        ...['email_reply_time_median', 'email_reply_time_p90', 'email_reply_business_time'],
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
        // 10:00 to 13:30 has half an hour of lunch.
        email_reply_business_time: (10_800 + 3_600) / 2,
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
        // From 11:00 to 12:30; and from 23:30 to the opening of the next day.
        email_reply_business_time: (5_400 + 0) / 2,
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
    await rm(join(office.folder, anna, 'Sent'), { recursive: true });
    expect(await office.read()).toMatchObject({ inserted: 0 });
    await crm.build();
    expect(await message('zone-2')).toMatchObject({
      is_reply: true,
      reply_seconds: 3.5 * 3600,
      manager_id: ANNA,
    });
    const gone = await crm.rows(`select count(*)::int as gone from raw.maildir__messages where is_deleted`);
    expect(gone).toEqual([{ gone: 6 }]);
  });

  it('are no contact once a report says that they came back; sent to two, they are', async () => {
    const contacts = (): Promise<unknown> =>
      crm.rows(
        `select contacts.is_deleted, messages.is_bounced, messages.is_correspondence
         from unnest($1::text[]) with ordinality as asked (id, place)
         inner join marts.fct_messages as messages on messages.message_id = asked.id
         inner join intermediate.int_deal_contacts as contacts on contacts.contact_id = 'message:' || asked.id
         order by asked.place`,
        [['lost', 'lost-in-part'].map((id) => `id:${idDigest(id)}`)],
      );
    const arrived = { is_deleted: false, is_bounced: false, is_correspondence: true };
    const sent = { from: anna, date: at('17:00:00') };
    office.put(`${anna}/Sent`, { id: 'lost', to: client, ...sent });
    office.put(`${anna}/Sent`, { id: 'lost-in-part', to: `${client}, chief@acme.example`, ...sent });
    await office.read();
    await crm.build();
    expect(await contacts()).toEqual([arrived, arrived]);
    for (const id of ['lost', 'lost-in-part']) {
      office.put(`${anna}/INBOX`, {
        id: `report-${id}`,
        from: 'mailer-daemon@acme.example',
        to: anna,
        date: at('17:05:00'),
        more: [...re(id), `X-Failed-Recipients: ${client}`],
      });
    }
    await office.read();
    await crm.build();
    expect(await contacts()).toEqual([{ ...arrived, is_deleted: true, is_bounced: true }, arrived]);
  });

  it('come out the same from changes as from everything', async () => {
    // Late mail that joins two threads, a card that gets and one that loses its address, a deal that is closed, a question answered.
    office.put(`${anna}/INBOX`, {
      id: 'join',
      from: client,
      to: anna,
      date: at('14:00:00'),
      more: re('zone-1', 'fwd-1'),
    });
    office.put(`${boris}/Sent`, {
      id: 'late',
      from: boris,
      to: 'who@else.example',
      date: at('15:00:00'),
      more: re('stranger'),
    });
    // No Message-ID: what stands in its head says that it is one message.
    for (const box of [anna, boris]) {
      const path = join(office.folder, box, 'INBOX', 'cur', 'nameless:2,S');
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(
        path,
        letter({ from: client, to: `${anna}, ${boris}`, date: at('16:00:00') }).replace(
          /^Message-ID.*\r\n/,
          '',
        ),
      );
    }
    await office.read();
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
