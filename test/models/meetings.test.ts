import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calendarSettings } from '../../pipelines/sources/calendar/settings.ts';
import { advanceStream, openSource } from '../../pipelines/sources/index.ts';
import { openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { event, ics } from '../contract/calendar-fixture.ts';
import { CONFIG, createSmallCrm, lead, START, type RawRow, type SmallCrm } from './small-crm.ts';

const [ANNA, BORIS] = ['7:1', '7:2'];
const ACME = '7:company:9';
const DAY = 86_400_000;

let crm: SmallCrm;
let warehouse: Warehouse;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'voronka-meetings-'));
  crm = await createSmallCrm({
    ...CONFIG,
    meetingTaskTypes: [
      { taskType: 'Meeting', kind: 'meeting' },
      { taskType: 'Send the offer', kind: 'presentation' },
    ],
  });
  warehouse = await openWarehouse({ url: String(crm.pool.options.connectionString) });
  // Acme is company 9 with contact 1 and deal 100; from 08:30 UTC on its deal 101 is the open one created last.
  await crm.put([
    {
      stream: 'contacts',
      id: '1',
      updatedAt: 0,
      payload: {
        id: 1,
        created_at: START,
        custom_fields_values: [{ field_code: 'EMAIL', values: [{ value: 'Client@ACME.example' }] }],
        _embedded: { companies: [{ id: 9 }] },
      },
    },
    { stream: 'companies', id: '9', updatedAt: 0, payload: { id: 9, name: 'Acme', created_at: START } },
    lead({ id: 100, status: 20, contacts: [{ id: 1, is_main: true }], company: 9 }),
    lead({ id: 101, status: 20, created: 150, contacts: [{ id: 1, is_main: true }], company: 9 }),
  ]);
});
afterAll(async () => {
  await warehouse?.close();
  await crm?.drop();
  rmSync(folder, { recursive: true });
});

async function calendars(of: Record<'anna' | 'boris', readonly (readonly string[])[]>): Promise<void> {
  for (const [who, components] of Object.entries(of)) {
    writeFileSync(join(folder, `${who}@example.org.ics`), ics(...components));
  }
  const settings = calendarSettings.parse({
    type: 'calendar',
    calendars: [{ path: folder }],
    time_zone: 'Europe/Moscow',
    history_from: '2025-01-01',
    presentations: { titles: 'demo' },
  });
  const session = await openSource(settings, { warehouse });
  await advanceStream(session, 'events', { until: new Date() });
  await session.close();
}

const hour = (utc: string, ...more: string[]): string[] => [`DTSTART:${utc}`, 'DURATION:PT1H', ...more];
const by = (who: string): string => `ORGANIZER:mailto:${who}`;
const guest = (who: string, answer = 'ACCEPTED'): string => `ATTENDEE;PARTSTAT=${answer}:mailto:${who}`;
const client = 'client@acme.example';
const [anna, boris] = ['anna@example.org', 'Boris@Example.org'];
const soon = new Date(Date.now() + 5 * DAY).toISOString().replace(/[-:]|\.\d+/g, '');

const demo = event(
  'demo',
  ...hour('20250303T090000Z', 'SUMMARY:Demo for Acme', by(anna), guest(client), guest(boris)),
);
const early = event('early', ...hour('20250303T070000Z', by(anna), guest(client, 'NEEDS-ACTION')));
const ahead = event('ahead', ...hour(soon, by(anna), guest(client)));
const ANNAS = [
  demo,
  early,
  event('off', ...hour('20250304T090000Z', 'STATUS:CANCELLED', by(anna), guest(client))),
  event('inside', ...hour('20250304T100000Z', by(anna), guest(boris), guest('room@example.org'))),
  event('refused', ...hour('20250304T110000Z', by(anna), guest(client, 'DECLINED'))),
  event('not-anna', ...hour('20250304T120000Z', by(client), guest(anna, 'DECLINED'))),
  event('stranger', ...hour('20250304T130000Z', by(anna), guest('who@nowhere.example'))),
  event('fair', 'DTSTART;VALUE=DATE:20250304', 'DTEND;VALUE=DATE:20250306', by(anna), guest(client)),
  ahead,
  event('series', ...hour('20250310T090000Z', 'RRULE:FREQ=DAILY;COUNT=3', by(anna), guest(client))),
  event('series', 'RECURRENCE-ID:20250311T090000Z', ...hour('20250311T090000Z', 'STATUS:CANCELLED', by(anna), guest(client))),
]; // prettier-ignore
const BORISES = [demo, event('theirs', ...hour('20250305T090000Z', by(client), guest(boris)))];

function task(id: number, type: number, due: number, more: object = {}): RawRow {
  return {
    stream: 'tasks',
    id: String(id),
    updatedAt: due,
    payload: {
      id,
      entity_type: 'leads',
      entity_id: 100,
      task_type_id: type,
      responsible_user_id: 1,
      duration: 1_800,
      is_completed: true,
      created_at: START,
      updated_at: START + due * 60,
      complete_till: START + due * 60,
      ...more,
    },
  };
}

const meetings = (where: string) =>
  crm.rows<Record<string, unknown>>(
    `select manager_id, client_id, deal_id, kind, state, unmatched_reason, duration_seconds::int as seconds
     from marts.fct_meetings where ${where} order by occurred_at, meeting_id`,
  );
const at = (utc: string): string => `occurred_at = '${utc}+00'`;

describe('meetings in the marts', () => {
  beforeAll(async () => {
    await calendars({ anna: ANNAS, boris: BORISES });
    // Minute 195 is 09:15: the demo again, as a task. Minute 600 and 700 stand for themselves.
    await crm.put([
      task(1, 2, 195),
      task(2, 2, 600),
      task(3, 2, 700, { is_completed: false }),
      task(4, 55, 800),
      task(5, 1, 900),
    ]);
    await crm.build();
  });

  it('count a meeting once, however many calendars and tasks it stands in', async () => {
    expect(await meetings(`occurred_at between '2025-03-03 08:30+00' and '2025-03-03 10:00+00'`)).toEqual([
      { manager_id: ANNA, client_id: ACME, deal_id: '7:101', kind: 'presentation', state: 'held', unmatched_reason: null, seconds: 3_600 },
    ]); // prettier-ignore
  });

  it("find the deal that was open when it began, and make it the deal's first contact", async () => {
    expect(await meetings(at('2025-03-03 07:00'))).toMatchObject([{ deal_id: '7:100', state: 'held' }]);
    const deals = await crm.rows(`select first_contact_at from marts.fct_deals where deal_id = '7:100'`);
    expect(deals).toEqual([{ first_contact_at: new Date('2025-03-03T07:00:00Z') }]);
  });

  it('take what was cancelled, or declined by either side, for no meeting', async () => {
    for (const utc of ['2025-03-04 09:00', '2025-03-04 11:00', '2025-03-04 12:00', '2025-03-11 09:00']) {
      expect(await meetings(at(utc)), utc).toMatchObject([{ state: 'cancelled' }]);
    }
    expect(await meetings(`occurred_at > '2025-03-10' and occurred_at < '2025-03-13'`)).toHaveLength(3);
  });

  it('leave out what stays inside the company and what takes whole days', async () => {
    expect(await meetings(at('2025-03-04 10:00'))).toEqual([]);
    expect(await meetings(`duration_seconds > 7200`)).toEqual([]);
  });

  it("give a client's invitation to the manager whose calendar it is in", async () => {
    expect(await meetings(at('2025-03-05 09:00'))).toMatchObject([{ manager_id: BORIS, client_id: ACME, state: 'held' }]); // prettier-ignore
  });

  it('keep a meeting with somebody whom the CRM does not know, and say so', async () => {
    expect(await meetings(at('2025-03-04 13:00'))).toMatchObject([
      { manager_id: ANNA, client_id: null, state: 'held', unmatched_reason: 'not_in_crm' },
    ]);
  });

  it('read tasks of the configured types: completed ones are held, forgotten ones unconfirmed', async () => {
    expect(await meetings(`source = 'amocrm'`)).toMatchObject([
      { kind: 'meeting', state: 'held', deal_id: '7:100', manager_id: ANNA, seconds: 1_800 },
      { kind: 'meeting', state: 'unconfirmed' },
      { kind: 'presentation', state: 'held' },
    ]);
  });

  it('come out of changes as they come out of a build from nothing', async () => {
    // `early` is cleared away long after it was over; `ahead` is called off; the demo moves; a task is done after all.
    const moved = event(
      'demo',
      ...hour('20250303T093000Z', 'SUMMARY:Demo for Acme', by(anna), guest(client)),
    );
    const rest = ANNAS.filter((one) => one !== early && one !== ahead && one !== demo);
    await calendars({ anna: [...rest, moved], boris: [...BORISES.slice(1), demo] });
    await crm.put([task(3, 2, 701, { is_completed: true }), task(6, 2, 1_000)]);
    const held = await meetings(`state = 'held'`);
    await crm.build();
    expect(await meetings(at('2025-03-03 07:00'))).toMatchObject([{ state: 'held' }]);
    expect(await meetings(`occurred_at > now()`)).toMatchObject([{ state: 'cancelled', deal_id: '7:101' }]);
    expect(await meetings(at('2025-03-03 09:30'))).toMatchObject([
      { kind: 'presentation', manager_id: ANNA },
    ]);
    expect(await meetings(at('2025-03-03 09:00'))).toEqual([]);
    expect(await meetings(`state = 'held'`)).toHaveLength(held.length + 2);
    const everything = 'select * from marts.fct_meetings order by meeting_id';
    const deals = 'select deal_id, first_contact_at from marts.fct_deals order by deal_id';
    const grown = [await crm.rows(everything), await crm.rows(deals)];
    await crm.build({ full: true });
    expect([await crm.rows(everything), await crm.rows(deals)]).toEqual(grown);
  });
});
