import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { event, ics, openCalendarBench, type CalendarBench } from './calendar-fixture.ts';

let bench: CalendarBench;
let folder: string;
beforeAll(async () => {
  bench = await openCalendarBench();
});
afterAll(() => bench.close());
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'voronka-ics-'));
});
afterEach(async () => {
  rmSync(folder, { recursive: true });
  await bench.clear();
});

const file = (name = 'anna@company.ru.ics'): string => join(folder, name);
const sync = (more: object = {}) => bench.sync({ calendars: [{ path: folder }], ...more });
const starts = async (): Promise<string[]> =>
  (await bench.meetings()).map(({ start_at }) => start_at.slice(0, 16));

describe('times', () => {
  it('reads zones by name, by Windows name, with their rules, in UTC, and none as the calendar’s', async () => {
    const zone = [
      'BEGIN:VTIMEZONE', 'TZID:Office', 'BEGIN:STANDARD', 'DTSTART:19700101T000000', 'TZOFFSETFROM:+0700', 'TZOFFSETTO:+0700', 'END:STANDARD', 'END:VTIMEZONE',
    ]; // prettier-ignore
    writeFileSync(
      file(),
      ics(
        zone,
        event('1', 'DTSTART;TZID=Europe/Berlin:20250303T100000', 'DTEND;TZID=Europe/Berlin:20250303T110000'),
        event('2', 'DTSTART;TZID=Russian Standard Time:20250304T100000', 'DURATION:PT30M'),
        event('3', 'DTSTART;TZID=Office:20250305T100000', 'DURATION:PT30M'),
        event('4', 'DTSTART:20250306T100000Z', 'DTEND:20250306T103000Z'),
        event('5', 'DTSTART:20250307T100000', 'DTEND:20250307T103000'),
        event('6', 'DTSTART;VALUE=DATE:20250308', 'DTEND;VALUE=DATE:20250310'),
        event('7', 'DTSTART;TZID="Nowhere, really":20250310T100000', 'DURATION:PT30M'),
      ),
    );
    await sync({ time_zone: 'Asia/Yekaterinburg' });
    expect((await bench.meetings()).map(({ uid, start_at, end_at, is_all_day }) => [uid, start_at, end_at, is_all_day])).toEqual([
      ['1', '2025-03-03T09:00:00.000Z', '2025-03-03T10:00:00.000Z', false],
      ['2', '2025-03-04T07:00:00.000Z', '2025-03-04T07:30:00.000Z', false],
      ['3', '2025-03-05T03:00:00.000Z', '2025-03-05T03:30:00.000Z', false],
      ['4', '2025-03-06T10:00:00.000Z', '2025-03-06T10:30:00.000Z', false],
      ['5', '2025-03-07T05:00:00.000Z', '2025-03-07T05:30:00.000Z', false],
      ['6', '2025-03-07T19:00:00.000Z', '2025-03-09T19:00:00.000Z', true],
      ['7', '2025-03-10T05:00:00.000Z', '2025-03-10T05:30:00.000Z', false],
    ]); // prettier-ignore
  });

  it('expands a series in its zone across the change of clocks, its exceptions as they were changed', async () => {
    const at = (day: string) => `TZID=Europe/Berlin:202503${day}T100000`;
    writeFileSync(
      file(),
      ics(
        event('s', `DTSTART;${at('10')}`, 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY;COUNT=5', `EXDATE;${at('17')}`, 'SEQUENCE:1'),
        event('s', `RECURRENCE-ID;${at('24')}`, 'DTSTART;TZID=Europe/Berlin:20250325T150000', 'DURATION:PT1H'),
        event('s', 'RECURRENCE-ID;TZID=Europe/Berlin:20250407T100000', 'DTSTART;TZID=Europe/Berlin:20250407T100000', 'DURATION:PT1H', 'STATUS:CANCELLED'),
      ), // prettier-ignore
    );
    await sync();
    expect((await bench.meetings()).map(({ start_at, recurrence_id, status }) => [start_at, recurrence_id, status])).toEqual([
      ['2025-03-10T09:00:00.000Z', '2025-03-10T09:00:00.000Z', 'confirmed'],
      ['2025-03-25T14:00:00.000Z', '2025-03-24T09:00:00.000Z', 'confirmed'],
      ['2025-03-31T08:00:00.000Z', '2025-03-31T08:00:00.000Z', 'confirmed'],
      ['2025-04-07T08:00:00.000Z', '2025-04-07T08:00:00.000Z', 'cancelled'],
    ]); // prettier-ignore
  });

  it('reads two instances of a series whose owner is invited to them alone', async () => {
    writeFileSync(
      file(),
      ics(
        event('s', 'RECURRENCE-ID:20250310T090000Z', 'DTSTART:20250310T090000Z', 'DURATION:PT1H'),
        event('s', 'RECURRENCE-ID:20250317T090000Z', 'DTSTART:20250318T090000Z', 'DURATION:PT1H'),
      ),
    );
    await sync();
    expect(await starts()).toEqual(['2025-03-10T09:00', '2025-03-18T09:00']);
  });

  it('expands an endless series up to the horizon, and keeps what is older than the window', async () => {
    writeFileSync(file(), ics(event('s', 'DTSTART:20200101T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY')));
    await sync({
      history_from: new Date(Date.now() - 28 * 86_400_000).toISOString().slice(0, 10),
      horizon: '14d',
    });
    const all = (await bench.meetings()).map(({ start_at }) => Date.parse(start_at));
    expect(all.length).toBeGreaterThanOrEqual(6);
    expect(all.length).toBeLessThanOrEqual(7);
    expect(Math.max(...all)).toBeLessThanOrEqual(Date.now() + 14 * 86_400_000);
    // A later sync with a nearer beginning takes nothing away.
    writeFileSync(
      file(),
      ics(event('s', 'DTSTART:20200101T090000Z', 'DURATION:PT1H', 'RRULE:FREQ=WEEKLY', 'SEQUENCE:2')),
    );
    await sync({ history_from: new Date().toISOString().slice(0, 10), horizon: '14d' });
    expect(await bench.meetings()).toHaveLength(all.length);
    expect(await bench.deleted()).toEqual([]);
  });
});

describe('what is stored', () => {
  const talk = event(
    'v',
    'DTSTART:20250303T100000Z',
    'DTEND:20250303T110000Z',
    'SUMMARY;LANGUAGE=ru:Презентация для ООО «Ромашка»',
    'DESCRIPTION:price list inside',
    'LOCATION:Lenina 1',
    'ORGANIZER;CN=Anna Petrova:mailto:Anna@Company.ru',
    'ATTENDEE;CN=Ivan;PARTSTAT=ACCEPTED:MAILTO:ivan@client.ru',
    'ATTENDEE;PARTSTAT=DECLINED:mailto:petr@client.ru',
    'ATTENDEE;CUTYPE=ROOM;PARTSTAT=ACCEPTED:mailto:room1@company.ru',
    'ATTENDEE;EMAIL=maria@client.ru;CN=Maria:/aMTIzNDU2/principal/',
    'ATTENDEE;CN=Nobody:urn:uuid:0b3',
  );

  it('keeps addresses and answers, and neither names, titles, descriptions nor places', async () => {
    writeFileSync(file(), ics(talk));
    await sync({ presentations: { titles: 'презентац|demo' } });
    const [meeting] = await bench.meetings();
    expect(meeting).toMatchObject({
      owner: 'anna@company.ru',
      kind: 'presentation',
      organizer: 'anna@company.ru',
      attendees: [
        { address: 'ivan@client.ru', answer: 'accepted', is_person: true },
        { address: 'petr@client.ru', answer: 'declined', is_person: true },
        { address: 'room1@company.ru', answer: 'accepted', is_person: false },
        { address: 'maria@client.ru', answer: 'none', is_person: true },
      ],
    });
    expect(JSON.stringify(meeting)).not.toMatch(/Ромашка|price|Lenina|Petrova|Ivan|Maria/);
  });

  it('keeps titles where told to, but never those of private events', async () => {
    const secret = event(
      'p',
      'DTSTART:20250304T100000Z',
      'DURATION:PT1H',
      'CLASS:PRIVATE',
      'SUMMARY:demo of my illness',
      'CATEGORIES:Demo',
    );
    const open = event(
      'c',
      'DTSTART:20250305T100000Z',
      'DURATION:PT1H',
      'SUMMARY:Weekly',
      'CATEGORIES:Office,demo',
    );
    writeFileSync(file(), ics(talk, secret, open));
    await sync({ keep_titles: true, presentations: { titles: 'demo', categories: ['Demo'] } });
    expect((await bench.meetings()).map(({ title, kind, is_private }) => [title, kind, is_private])).toEqual([
      ['Презентация для ООО «Ромашка»', 'meeting', false],
      [undefined, 'meeting', true],
      ['Weekly', 'presentation', false],
    ]);
  });
});

describe('changes', () => {
  it('lands what is new or changed, marks what is gone, and reads nothing where nothing changed', async () => {
    const at = (uid: string, day: number, ...more: string[]) =>
      event(uid, `DTSTART:2025030${day}T100000Z`, 'DURATION:PT1H', ...more);
    writeFileSync(file(), ics(at('a', 3), at('b', 4), at('c', 5)));
    writeFileSync(file('boris@company.ru.ics'), ics(at('a', 3)));
    expect(await sync()).toMatchObject({ inserted: 4 });
    expect(await sync()).toMatchObject({ rows: 0, pages: 0 });
    writeFileSync(file(), ics(at('a', 6), at('b', 4, 'STATUS:CANCELLED')));
    await sync();
    const now = await bench.meetings();
    expect(
      now.map(({ uid, owner, start_at, status }) => [uid, owner, start_at.slice(8, 10), status]),
    ).toEqual([
      ['a', 'boris@company.ru', '03', 'confirmed'],
      ['b', 'anna@company.ru', '04', 'cancelled'],
      ['a', 'anna@company.ru', '06', 'confirmed'],
    ]);
    expect(await bench.deleted()).toEqual(['2025-03-05T10:00:00.000Z']);
    // It comes back, from a backup say.
    writeFileSync(file(), ics(at('a', 6), at('b', 4), at('c', 5)));
    await sync();
    expect(await bench.deleted()).toEqual([]);
  });

  it('goes through a large calendar in pieces, and an interrupted reading is begun again without loss', async () => {
    const many = Array.from({ length: 1_200 }, (_, n) =>
      event(
        `e${n}`,
        `DTSTART:${new Date(Date.UTC(2025, 2, 3) + n * 3_600_000).toISOString().replace(/[-:]|\.\d+/g, '')}`,
        'DURATION:PT1H',
      ),
    );
    writeFileSync(file(), ics(...many));
    expect(await bench.sync({ calendars: [{ path: folder }] }, {}, 1)).toMatchObject({
      done: false,
      rows: 500,
    });
    expect(await sync()).toMatchObject({ done: true });
    expect(await bench.meetings()).toHaveLength(1_200);
  });

  it.each([
    ['a page that asks for a password', '<html>login</html>', 'does not begin as one'],
    ['a file that breaks off', ics(event('a', 'DTSTART:20250303T100000Z')).slice(0, -30), 'breaks off'],
    ['nothing', '', 'does not begin as one'],
  ])('takes %s for no calendar and deletes nothing by it', async (_what, text, why) => {
    writeFileSync(file(), ics(event('a', 'DTSTART:20250303T100000Z', 'DURATION:PT1H')));
    await sync();
    writeFileSync(file(), text);
    await expect(sync()).rejects.toMatchObject({
      code: 'CALENDAR_UNREADABLE',
      message: expect.stringContaining(why),
    });
    expect(await bench.meetings()).toHaveLength(1);
  });
});

describe('where it lies', () => {
  it('reads the other calendars when one fails, and says which and why', async () => {
    writeFileSync(file(), ics(event('a', 'DTSTART:20250303T100000Z', 'DURATION:PT1H')));
    const calendars = [{ path: join(folder, 'gone.ics'), owner: 'x@company.ru' }, { path: file() }];
    await expect(sync({ calendars })).rejects.toMatchObject({
      code: 'CALENDAR_MISSING',
      message: expect.stringContaining('gone.ics cannot be read: there is no such file'),
    });
    expect(await bench.meetings()).toHaveLength(1);
    writeFileSync(file('team.ics'), ics());
    await expect(sync()).rejects.toMatchObject({ code: 'CALENDAR_OWNER_UNKNOWN' });
  });

  it('reads a secret address and never says it', async () => {
    let status = 200;
    const server: Server = createServer((_request, answer) => {
      answer.writeHead(status, { 'content-type': 'text/calendar' });
      answer.end(ics(event('a', 'DTSTART:20250303T100000Z', 'DURATION:PT1H')));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/private-s3cret/basic.ics`;
    const settings = { calendars: [{ owner: 'anna@company.ru', url_env: 'ANNA_ICS' }] };
    await bench.sync(settings, { ANNA_ICS: url });
    expect(await bench.meetings()).toMatchObject([
      { owner: 'anna@company.ru', calendar: 'anna@company.ru/anna_ics' },
    ]);
    status = 404;
    const failure = await bench.sync(settings, { ANNA_ICS: url }).catch((error: unknown) => error);
    expect(failure).toMatchObject({
      code: 'CALENDAR_MISSING',
      message: expect.stringContaining('answered 404'),
    });
    server.close();
    const away = await bench.sync(settings, { ANNA_ICS: url }).catch((error: unknown) => error);
    expect(`${String(failure)}${String(away)}${JSON.stringify(await bench.meetings())}`).not.toContain(
      's3cret',
    );
    await expect(bench.sync(settings)).rejects.toMatchObject({ code: 'SECRET_MISSING' });
  });
});
