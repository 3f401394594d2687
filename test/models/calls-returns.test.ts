import { afterAll, beforeAll, expect, it } from 'vitest';
import { createCdrBench, landCdr, landedRows, managerId } from './cdr-bench.ts';
import type { CdrRow } from './cdr-scenarios.ts';
import { event, lead, type RawRow, type SmallCrm } from './small-crm.ts';

/** A moment of Moscow, where the company works from nine to six on weekdays; 3 March 2025 is a Monday. */
const at = (dayAndTime: string): number =>
  Date.parse(`2025-03-${dayAndTime.replace(' ', 'T')}+03:00`) / 1_000;
const minuteOf = (dayAndTime: string): number => (at(dayAndTime) - at('03 09:00:00')) / 60;

const MISSED: CdrRow = {
  from: 'alice',
  to: 'bob',
  app: 'Dial',
  start: '0:00',
  end: '0:10',
  billsec: 0,
  disposition: 'NO ANSWER',
};
const TAKEN: CdrRow = { ...MISSED, answer: '0:05', end: '1:05', billsec: 60, disposition: 'ANSWERED' };
const dialled = (number: string, talk: number): CdrRow => ({
  from: 'charlie',
  to: 'trunk',
  dst: number,
  app: 'Dial',
  start: '0:00',
  ...(talk === 0
    ? { end: '0:20', billsec: 0, disposition: 'NO ANSWER' }
    : { answer: '0:10', end: `0:${10 + talk}`, billsec: talk, disposition: 'ANSWERED' }),
});

let crm: SmallCrm;
const call = (key: string, when: string, row: CdrRow, alice: string): Promise<void> =>
  landCdr(crm, landedRows({ rows: [row] }, at(when), key, alice));

const note = (id: number, type: string, when: string, params: object): RawRow => ({
  stream: 'notes',
  id: `contacts:${id}`,
  updatedAt: 0,
  payload: {
    id,
    entity_id: 507,
    entity_type: 'contacts',
    note_type: type,
    created_by: 0,
    responsible_user_id: 3,
    created_at: at(when),
    params,
  },
});

beforeAll(async () => {
  crm = await createCdrBench();
  await call('in-time', '03 10:00:00', MISSED, '+7 916 000-00-01');
  await call('in-time-back', '03 10:20:10', dialled('89160000001', 0), '');
  await call('overnight', '03 17:50:00', MISSED, '89160000002');
  await call('overnight-back', '04 09:10:00', TAKEN, '89160000002');
  await call('late', '03 11:00:00', MISSED, '89160000003');
  await call('again', '03 11:05:00', MISSED, '89160000003');
  await call('late-back', '03 12:00:00', dialled('89160000003', 40), '');
  await call('never', '03 12:00:00', MISSED, '89160000004');
  await call('hidden', '03 12:30:00', MISSED, 'anonymous');
  // Leads and the calls about them.
  await call('dial-1', '03 10:05:00', dialled('89160000005', 0), '');
  await call('dial-2', '03 10:30:00', dialled('89160000005', 5), '');
  await call('dial-3', '03 11:00:00', dialled('89160000005', 40), '');
  await call('dial-4', '10 09:15:00', dialled('89160000006', 40), '');
  const client = (id: number, phone: string, created: string): RawRow[] => [
    {
      stream: 'contacts',
      id: String(id),
      updatedAt: 0,
      payload: {
        id,
        name: `Client ${id}`,
        created_at: at('01 09:00:00'),
        custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phone }] }],
      },
    },
    lead({ id, status: 20, created: minuteOf(created), contacts: [{ id, is_main: true }] }),
    event('lead_added', id, minuteOf(created)),
  ];
  await crm.put([
    ...client(505, '+79160000005', '03 10:00:00'),
    ...client(506, '+79160000006', '07 17:50:00'),
    ...client(507, '+79160000007', '03 10:00:00'),
  ]);
  await crm.put([
    note(1, 'call_in', '03 10:00:11', { uniq: 'in-time', phone: '79160000001', duration: 0, call_status: 6 }),
    note(2, 'call_in', '03 12:00:30', { uniq: 'other-system-17', phone: '8 916 000 00 04', duration: 0 }),
    note(3, 'call_out', '03 15:00:00', {
      uniq: 'mobile-1',
      phone: '89160000009',
      duration: 65,
      call_status: 4,
    }),
  ]);
  await crm.build();
});
afterAll(() => crm.drop());

it('returns a missed call by the next call of ours, or by theirs that was answered; the norm runs in business time', async () => {
  expect(
    await crm.rows(
      `select call_key, returned_by, callback_seconds, callback_business_seconds::int, is_unreturned
       from marts.fct_calls where outcome = 'missed' order by started_at`,
    ),
  ).toEqual([
    // 10:00:10 to 10:20:10, though nobody picked up there.
    {
      call_key: 'in-time',
      returned_by: 'us',
      callback_seconds: 1_200,
      callback_business_seconds: 1_200,
      is_unreturned: false,
    },
    // 11:00:10 to 12:00; being missed once more at 11:05 returns nothing.
    {
      call_key: 'late',
      returned_by: 'us',
      callback_seconds: 3_590,
      callback_business_seconds: 3_590,
      is_unreturned: true,
    },
    {
      call_key: 'again',
      returned_by: 'us',
      callback_seconds: 3_290,
      callback_business_seconds: 3_290,
      is_unreturned: true,
    },
    {
      call_key: 'never',
      returned_by: null,
      callback_seconds: null,
      callback_business_seconds: null,
      is_unreturned: true,
    },
    {
      call_key: 'hidden',
      returned_by: null,
      callback_seconds: null,
      callback_business_seconds: null,
      is_unreturned: true,
    },
    // 17:50:10 to 09:10 of the next day: 9 min 50 s of the evening and 10 min of the morning.
    {
      call_key: 'overnight',
      returned_by: 'client',
      callback_seconds: 55_190,
      callback_business_seconds: 1_190,
      is_unreturned: false,
    },
  ]);
});

it('counts a call once that the CRM knows too: by its id, by its number and moment, else for itself', async () => {
  expect(
    await crm.rows(`select source, call_key, direction, outcome, talk_seconds, manager_id, client_number
      from marts.fct_calls where source = 'amocrm'`),
  ).toEqual([
    {
      source: 'amocrm',
      call_key: 'mobile-1',
      direction: 'out',
      outcome: 'answered',
      talk_seconds: 65,
      manager_id: '7:3',
      client_number: '+79160000009',
    },
  ]);
  expect(await crm.rows(`select count(*)::int as n from marts.fct_calls`)).toEqual([{ n: 14 }]);
  // The card the note hangs on is whom the call was with, though nobody wrote the number on it.
  expect(
    await crm.rows(`select client_id, unmatched_reason from marts.fct_calls where call_key = 'never'`),
  ).toEqual([{ client_id: '7:contact:507', unmatched_reason: null }]);
});

it('drops the CRM’s own telling when the phone system’s comes late', async () => {
  await call('mobile-1', '03 14:59:00', { ...dialled('89160000009', 40), from: 'david' }, '');
  await crm.build();
  expect(
    await crm.rows(
      `select source, talk_seconds, manager_id from marts.fct_calls where call_key = 'mobile-1'`,
    ),
  ).toEqual([{ source: 'asterisk', talk_seconds: 40, manager_id: managerId('david') }]);
});

it('dates the first dial and the first contact of a lead: a call too short is no contact, the norm runs in business time', async () => {
  expect(
    await crm.rows(
      `select crm_id, first_call_seconds::int, first_contact_seconds::int, first_contact_business_seconds::int, is_contacted_in_norm
       from marts.fct_deals order by crm_id`,
    ),
  ).toEqual([
    // Created 10:00, dialled 10:05, talked 5 s at 10:30, talked at 11:00.
    {
      crm_id: '505',
      first_call_seconds: 300,
      first_contact_seconds: 3_600,
      first_contact_business_seconds: 3_600,
      is_contacted_in_norm: false,
    },
    // Created on Friday at 17:50, called on Monday at 9:15: 10 and 15 minutes of business time.
    {
      crm_id: '506',
      first_call_seconds: 228_300,
      first_contact_seconds: 228_300,
      first_contact_business_seconds: 1_500,
      is_contacted_in_norm: true,
    },
    {
      crm_id: '507',
      first_call_seconds: null,
      first_contact_seconds: null,
      first_contact_business_seconds: null,
      is_contacted_in_norm: false,
    },
  ]);
  expect(
    await crm.rows(
      `select deal_id, is_contacted, is_contacted_in_norm, first_call_seconds::int from marts.fct_deal_events
       where event = 'created' order by deal_id`,
    ),
  ).toEqual([
    { deal_id: '7:505', is_contacted: true, is_contacted_in_norm: false, first_call_seconds: 300 },
    { deal_id: '7:506', is_contacted: true, is_contacted_in_norm: true, first_call_seconds: 228_300 },
    { deal_id: '7:507', is_contacted: false, is_contacted_in_norm: false, first_call_seconds: null },
  ]);
});

it('lists what could not be matched, with the reason', async () => {
  expect(
    await crm.rows(
      `select kind, value, reason, calls::int from marts.fct_unmatched_identities
       where value in ('+79160000003', 'anonymous') order by value`,
    ),
  ).toEqual([
    { kind: 'client_number', value: '+79160000003', reason: 'not_in_crm', calls: 3 },
    { kind: 'client_number', value: 'anonymous', reason: 'hidden', calls: 1 },
  ]);
});
