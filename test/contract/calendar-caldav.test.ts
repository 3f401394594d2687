import { createDAVClient } from 'tsdav';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { HAS_RADICALE, startRadicale, type Radicale } from '../harness/radicale.ts';
import { event, ics, openCalendarBench, type CalendarBench } from './calendar-fixture.ts';

describe.skipIf(!HAS_RADICALE)("a real Radicale (needs Debian's radicale)", () => {
  let bench: CalendarBench;
  let server: Radicale;
  beforeAll(async () => {
    [bench, server] = await Promise.all([openCalendarBench(), startRadicale(['anna', 'boris'])]);
  }, 60_000);
  afterAll(async () => {
    await server?.stop();
    await bench?.close();
  });
  afterEach(async () => {
    await bench.clear();
    const client = await clientOf('anna');
    for (const { url } of await client.fetchCalendars()) await client.deleteObject({ url });
  });

  const clientOf = (username: string) =>
    createDAVClient({
      serverUrl: server.url,
      credentials: { username, password: username },
      authMethod: 'Basic',
      defaultAccountType: 'caldav',
    });

  async function calendarOf(username: string, name: string) {
    const client = await clientOf(username);
    const url = `${server.url}${username}/${name}/`;
    await client.makeCalendar({ url, props: { 'd:displayname': name } });
    return {
      put: async (object: string, ...components: string[][]) => {
        const headers = { 'content-type': 'text/calendar' };
        const answer = await client.createObject({ url: `${url}${object}.ics`, data: ics(...components), headers });
        if (!answer.ok) throw new Error(`radicale answered ${answer.status}: ${await answer.text()}`);
      },
      remove: (object: string) => client.deleteObject({ url: `${url}${object}.ics` }),
    }; // prettier-ignore
  }

  const place = (owner: string, more: object = {}) => ({
    owner: `${owner}@company.ru`,
    caldav: server.url,
    username: owner,
    password_env: `${owner.toUpperCase()}_DAV`,
    ...more,
  });
  const secrets = { ANNA_DAV: 'anna', BORIS_DAV: 'boris' };
  const sync = (...calendars: object[]) => bench.sync({ calendars }, secrets);
  const talk = (uid: string, day: number, ...more: string[]) =>
    event(
      uid,
      `DTSTART;TZID=Europe/Moscow:202503${String(day).padStart(2, '0')}T100000`,
      'DURATION:PT1H',
      ...more,
    );
  const seen = async () =>
    (await bench.meetings()).map(({ owner, start_at, status }) => `${owner.split('@')[0]} ${start_at.slice(8, 13)} ${status}`); // prettier-ignore

  it('finds the calendars of several people, then only what has changed in them', async () => {
    const [work, home, other] = [
      await calendarOf('anna', 'work'),
      await calendarOf('anna', 'home'),
      await calendarOf('boris', 'work'),
    ];
    await work.put('a', talk('a', 3));
    await work.put('b', talk('b', 4));
    await home.put('c', talk('c', 5));
    await other.put('a', talk('a', 3));
    const places = [place('anna', { names: ['work'] }), place('boris')];
    expect(await sync(...places)).toMatchObject({ inserted: 3 });
    expect(await seen()).toEqual(['anna 03T07 confirmed', 'boris 03T07 confirmed', 'anna 04T07 confirmed']);

    expect(await sync(...places)).toMatchObject({ rows: 0 });
    await work.put('a', talk('a', 3, 'STATUS:CANCELLED'));
    await work.put('d', talk('d', 6));
    await work.remove('b');
    const { rows, inserted, updated } = await sync(...places);
    // One new, one changed, one deletion; nothing else was read.
    expect([rows, inserted, updated]).toEqual([3, 1, 2]);
    expect(await seen()).toEqual(['anna 03T07 cancelled', 'boris 03T07 confirmed', 'anna 06T07 confirmed']);
    expect(await bench.deleted()).toEqual(['2025-03-04T07:00:00.000Z']);
  });

  it('takes single meetings out of a series, and moves them', async () => {
    const work = await calendarOf('anna', 'work');
    // In UTC: Radicale's own reader stumbles over exceptions in a zone that the text does not define.
    const series = (...more: string[]) =>
      event('s', 'DTSTART:20250303T070000Z', 'DURATION:PT1H', 'RRULE:FREQ=DAILY;COUNT=4', ...more);
    await work.put('s', series());
    await sync(place('anna'));
    expect(await seen()).toHaveLength(4);
    const moved = event('s', 'RECURRENCE-ID:20250305T070000Z', 'DTSTART:20250307T120000Z', 'DURATION:PT1H');
    await work.put('s', series('EXDATE:20250304T070000Z'), moved);
    await sync(place('anna'));
    expect(await seen()).toEqual(['anna 03T07 confirmed', 'anna 06T07 confirmed', 'anna 07T12 confirmed']);
    expect(await bench.deleted()).toEqual(['2025-03-04T07:00:00.000Z']);
  });

  it('reads everything again when the server has forgotten what it knew, and notices what went meanwhile', async () => {
    const work = await calendarOf('anna', 'work');
    for (let n = 0; n < 60; n += 1) await work.put(`m${n}`, talk(`m${n}`, 1 + (n % 28)));
    await sync(place('anna'));
    await work.remove('m0');
    await bench.warehouse.pool.query(
      `update ops.cursors set cursor = replace(cursor::text, 'sync/', 'sync/0')::jsonb where source = 'calendar'`,
    );
    await sync(place('anna'));
    expect(await bench.meetings()).toHaveLength(59);
    expect(await bench.deleted()).toHaveLength(1);
    expect((await sync(place('anna'))).rows).toBe(0);
  });

  it('says whose password is wrong, which calendar is missing, and what is no CalDAV server', async () => {
    await calendarOf('anna', 'work');
    const wrong = await bench
      .sync({ calendars: [place('anna')] }, { ANNA_DAV: 'guess-me' })
      .catch((error: unknown) => error);
    expect(wrong).toMatchObject({ code: 'CALENDAR_DENIED', message: expect.stringContaining('anna') });
    expect(String(wrong)).not.toContain('guess-me');
    await expect(sync(place('anna', { names: ['play'] }))).rejects.toMatchObject({
      code: 'CALENDAR_SERVER',
      message: expect.stringContaining('no calendar named play, only work'),
    });
    await expect(sync(place('anna', { caldav: 'http://127.0.0.1:1/' }))).rejects.toMatchObject({
      code: 'CALENDAR_SERVER',
      retry: 'later',
    });
  });
});
