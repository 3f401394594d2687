import { mkdirSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { openWarehouse } from '../../pipelines/warehouse/index.ts';
import { letter, mailSource, readSource, type Letter } from '../contract/mail-fixture.ts';
import { CONFIG, createSmallCrm, lead, START, type RawRow, type SmallCrm } from './small-crm.ts';

export const [anna, boris, sales] = ['anna@example.org', 'boris@example.org', 'sales@example.org'];
export const client = 'client@acme.example';

/** Mailboxes in a folder beside the small CRM; its client Acme (company 9, contact 1) has deal 100 and, from 08:30 UTC on, 101. */
export interface MailOffice {
  readonly crm: SmallCrm;
  readonly url: string;
  readonly folder: string;
  /** Puts a copy of a letter into a folder of a mailbox. */
  put(place: string, options: Letter): void;
  read(): ReturnType<typeof readSource>;
  close(): Promise<void>;
}

export const card = (id: number, email: string, company?: number): RawRow => ({
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
export const at = (time: string, zone = '+0000', day = 3): string =>
  `${['Sat', 'Sun', 'Mon', 'Tue', 'Wed'][day - 1] ?? 'Mon'}, ${String(day).padStart(2, '0')} Mar 2025 ${time} ${zone}`;

/** The headers of an answer to the last of a thread. */
export const re = (...ids: string[]): string[] => [
  `In-Reply-To: <${ids.at(-1)}>`,
  `References: ${ids.map((id) => `<${id}>`).join(' ')}`,
];

export async function openMailOffice(): Promise<MailOffice> {
  const folder = await mkdtemp(join(tmpdir(), 'voronka-mail-'));
  const crm = await createSmallCrm({
    ...CONFIG,
    businessHours: [1, 2, 3, 4, 5].flatMap((isoWeekday) => [
      { isoWeekday, opens: '09:00', closes: '13:00' },
      { isoWeekday, opens: '14:00', closes: '18:00' },
    ]),
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
  const url = String(crm.pool.options.connectionString);
  const warehouse = await openWarehouse({ url });
  await crm.put([
    card(1, 'Client@ACME.example', 9),
    card(2, 'buyer@beta.example'),
    { stream: 'companies', id: '9', updatedAt: 1, payload: { id: 9, name: 'Acme', created_at: START } },
    lead({ id: 100, status: 20, contacts: [{ id: 1, is_main: true }], company: 9 }),
    lead({ id: 101, status: 20, created: 150, contacts: [{ id: 1, is_main: true }], company: 9 }),
  ]);
  let files = 0;
  return {
    crm,
    url,
    folder,
    put(place, options) {
      files += 1;
      const path = join(folder, place, 'cur', `${files}:2,`);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, letter(options));
    },
    read: () => readSource(warehouse, mailSource({ type: 'maildir', path: folder })),
    async close() {
      await warehouse.close();
      await crm.drop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One day of mail, with what makes its reading hard. */
export function writeLetters(office: MailOffice): void {
  const put = office.put.bind(office);
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
}
