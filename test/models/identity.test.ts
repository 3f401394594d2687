import { afterAll, beforeAll, expect, it } from 'vitest';
import { normaliseAddress, normalisePhone } from '../../pipelines/identity/index.ts';
import { createSmallCrm, CONFIG, lead, moved, START, type RawRow, type SmallCrm } from './small-crm.ts';

it.each([
  ['8 (495) 123-45-67', '+74951234567', null],
  ['4951234567', '+74951234567', null],
  ['8-800-555-35-35', '+78005553535', null],
  ['810496912345678', '+496912345678', null],
  ['00496912345678', '+496912345678', null],
  ['380441234567', '+380441234567', null],
  ['+7 495 123-45-67 доб. 123', '+74951234567', null],
  ['"Ivan" <sip:+74951234567@host;user=phone>', '+74951234567', null],
  ['+70000000000', '+70000000000', 'unassigned_range'],
  ['101', null, 'too_short'],
  ['anonymous', null, 'hidden'],
  ['sales', null, 'not_a_number'],
  ['', null, 'empty'],
])('reads %s, dialled in Russia, as %s', (raw, e164, reason) => {
  expect(normalisePhone(raw, 'RU')).toMatchObject({ e164, reason });
});

it.each([
  ['Anna@Company.RU', 'anna@company.ru'],
  ['"boss@x.ru" <real@y.ru>', 'real@y.ru'],
  ['mailto:a.b+tag@почта.рф', 'a.b+tag@xn--80a1acny.xn--p1ai'],
  ['a@b', null],
  ['a@x.ru, b@y.ru', null],
])('reads the address %s as %s', (raw, address) => {
  expect(normaliseAddress(raw).address).toBe(address);
});

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createSmallCrm({
    ...CONFIG,
    settings: { ...CONFIG.settings, country: 'RU' },
    pbx: [
      {
        sourceType: 'asterisk',
        accountId: 'office',
        timeZone: 'Europe/Moscow',
        country: 'RU',
        trunkPattern: null,
        extensionPattern: null,
        ownNumbers: ['8 495 000-00-01'],
        contexts: {},
      },
    ],
    managers: [
      {
        manager: 'anna@example.org',
        team: null,
        extensions: [{ number: '101', to: '2025-03-03' }, { number: '102' }],
        mailboxes: [{ address: 'Sales@Example.org' }],
      },
      { manager: 'Boris', team: null, extensions: [{ number: '101', from: '2025-03-04' }], mailboxes: [] },
    ],
  });
});
afterAll(() => crm.drop());

const card = (stream: 'contacts' | 'companies', id: number, phones: string[], company?: number): RawRow => ({
  stream,
  id: String(id),
  updatedAt: id,
  payload: {
    id,
    name: `Card ${id}`,
    created_at: START,
    custom_fields_values: [{ field_code: 'PHONE', values: phones.map((value) => ({ value })) }],
    _embedded: { companies: company === undefined ? [] : [{ id: company }] },
  },
});

it('finds one client by any way of writing its number, keeps nothing of a number that a card lost', async () => {
  await crm.put([
    card('contacts', 1, ['8 (495) 123-45-67', '101'], 9),
    card('contacts', 2, ['+74951234567']),
    card('companies', 9, ['89260000000']),
  ]);
  await crm.build();
  const found = async (): Promise<unknown[]> =>
    crm.rows(
      `select identities.card_id, identities.client_id, numbers.e164
       from intermediate.int_identities as identities
       left join (select distinct e164, hmac from intermediate.int_phone_numbers) as numbers
         on numbers.hmac = identities.identity_hmac
       order by 1, 3`,
    );
  expect(await found()).toEqual([
    { card_id: '7:company:9', client_id: '7:company:9', e164: '+79260000000' },
    { card_id: '7:contact:1', client_id: '7:company:9', e164: '+74951234567' },
    { card_id: '7:contact:2', client_id: '7:contact:2', e164: '+74951234567' },
  ]);
  await crm.put([card('contacts', 1, ['101'], 9)]);
  await crm.build();
  expect(await found()).toContainEqual({ card_id: '7:contact:1', client_id: '7:company:9', e164: null });
});

it('says why a text is no number, and what a line of the configuration is in full', async () => {
  expect(
    await crm.rows(`select raw, e164, reason from intermediate.int_phone_numbers where raw in ('101', '8 495 000-00-01')
      order by raw`),
  ).toEqual([
    { raw: '101', e164: null, reason: 'too_short' },
    { raw: '8 495 000-00-01', e164: '+74950000001', reason: null },
  ]);
});

it('gives an extension to whom the configuration names, from midnight of the account to midnight', async () => {
  expect(
    await crm.rows(
      `select extension, manager_id, valid_from::text, valid_to::text from
       (select extension, manager_id, valid_from at time zone 'UTC' as valid_from, valid_to at time zone 'UTC' as valid_to
        from intermediate.int_manager_extensions) as utc order by extension, valid_from`,
    ),
  ).toEqual([
    { extension: '101', manager_id: '7:1', valid_from: '-infinity', valid_to: '2025-03-03 21:00:00' },
    { extension: '101', manager_id: '7:2', valid_from: '2025-03-03 21:00:00', valid_to: 'infinity' },
    { extension: '102', manager_id: '7:1', valid_from: '-infinity', valid_to: 'infinity' },
  ]);
  expect(
    await crm.rows(`select address, manager_id from intermediate.int_manager_mailboxes order by 1`),
  ).toEqual([
    { address: 'anna@example.org', manager_id: '7:1' },
    { address: 'boris@example.org', manager_id: '7:2' },
    { address: 'clara@example.org', manager_id: '7:3' },
    { address: 'sales@example.org', manager_id: '7:1' },
  ]);
});

it('rebuilds every pseudonym under another key', async () => {
  const hmacs = async (): Promise<string[]> =>
    (
      await crm.rows<{ h: string }>(
        `select distinct identity_hmac as h from intermediate.int_identities where identity_hmac is not null`,
      )
    ).map(({ h }) => h);
  await crm.put([lead({ id: 1, status: 20 }), moved(1, 1, 20, 30)]);
  const before = await hmacs();
  const key = process.env['VORONKA_IDENTITY_KEY'];
  process.env['VORONKA_IDENTITY_KEY'] = Buffer.alloc(32, 7).toString('base64');
  try {
    await crm.build();
  } finally {
    process.env['VORONKA_IDENTITY_KEY'] = key;
  }
  const after = await hmacs();
  expect(after).toHaveLength(before.length);
  expect(after.filter((one) => before.includes(one))).toEqual([]);
});
