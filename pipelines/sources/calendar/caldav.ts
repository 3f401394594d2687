import { DAVClient, type DAVCalendar, type DAVResponse } from 'tsdav';
import { SecretMissingError } from '../../config/index.ts';
import { CalendarDeniedError, CalendarServerError } from './errors.ts';
import type { CalendarPlace } from './settings.ts';

const ANSWER_WITHIN_MS = 60_000;

export type ServerPlace = Extract<CalendarPlace, { caldav: string }>;

export interface ServerCalendar {
  readonly url: string;
  readonly name: string;
  /** Changes whenever something in the calendar does. */
  readonly version: string;
  /** The version is a sync token, so that the server can say what has changed since. */
  readonly isToken: boolean;
}

/** A person's account on a CalDAV server, asked for nothing but what is there (PROPFIND and REPORT). */
export class CalDavAccount {
  readonly #place: ServerPlace;
  readonly #client: DAVClient;
  #login: Promise<void> | undefined;

  /** Throws SecretMissingError. */
  constructor(place: ServerPlace, environment: NodeJS.ProcessEnv, signal: AbortSignal) {
    const password = environment[place.password_env];
    if (password === undefined || password === '') {
      throw new SecretMissingError(
        place.password_env,
        `the password of ${place.username} at ${place.caldav}`,
      );
    }
    this.#place = place;
    this.#client = new DAVClient({
      serverUrl: place.caldav,
      credentials: { username: place.username, password },
      authMethod: 'Basic',
      defaultAccountType: 'caldav',
      fetch: ((url: string, init?: RequestInit) =>
        fetch(url, {
          ...init,
          signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
        })) as typeof fetch,
    });
  }

  /** Those that hold events, as the settings choose. Throws CalendarDeniedError or CalendarServerError. */
  async calendars(): Promise<readonly ServerCalendar[]> {
    const { names, caldav } = this.#place;
    const found = await this.#ask(() => this.#client.fetchCalendars());
    const chosen = found
      .filter(({ components }) => !components || components.includes('VEVENT'))
      .filter((calendar) => names === undefined || names.includes(nameOf(calendar)));
    const absent = names?.filter((name) => !chosen.some((calendar) => nameOf(calendar) === name)) ?? [];
    if (absent.length > 0) {
      throw new CalendarServerError(
        caldav,
        `there is no calendar named ${absent.join(', ')}, only ${found.map(nameOf).join(', ') || 'none'}`,
      );
    }
    return chosen.map((calendar) => ({
      url: calendar.url,
      name: nameOf(calendar),
      version: calendar.syncToken ?? calendar.ctag ?? '',
      isToken: calendar.syncToken !== undefined && calendar.syncToken !== '',
    }));
  }

  /** Addresses of all objects. */
  async list({ url }: ServerCalendar): Promise<readonly string[]> {
    const answers = await this.#ask(() =>
      this.#client.propfind({ url, props: { 'd:getetag': {}, 'd:resourcetype': {} }, depth: '1' }),
    );
    return hrefs(answers.filter(({ status, href }) => status < 400 && isObject(href, url)));
  }

  /** What has changed since a token: null when the server does not know it any more. */
  async changesSince(
    { url }: ServerCalendar,
    token: string,
  ): Promise<{ readonly changed: readonly string[]; readonly gone: readonly string[] } | null> {
    const answers = await this.#ask(() =>
      this.#client.syncCollection({ url, props: { 'd:getetag': {} }, syncLevel: 1, syncToken: token }),
    );
    const whole = answers.find(({ href, status }) => status >= 400 && !isObject(href, url));
    if (whole) return null;
    const objects = answers.filter(({ href }) => isObject(href, url));
    return {
      changed: hrefs(objects.filter(({ status }) => status < 400)),
      gone: hrefs(objects.filter(({ status }) => status === 404 || status === 410)),
    };
  }

  /** The texts of some objects; one that was removed meanwhile has none. */
  async texts({ url }: ServerCalendar, objects: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const answers = await this.#ask(() =>
      this.#client.calendarMultiGet({
        url,
        props: { 'd:getetag': {}, 'c:calendar-data': {} },
        objectUrls: [...objects],
        depth: '1',
      }),
    );
    const texts = new Map<string, string>();
    for (const { href, status, props } of answers) {
      const data = props?.['calendarData'] as { _cdata?: string } | string | undefined;
      const text = typeof data === 'object' ? data._cdata : data;
      if (href !== undefined && status < 400 && typeof text === 'string') texts.set(pathOf(href), text);
    }
    return texts;
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    const { caldav, username } = this.#place;
    try {
      this.#login ??= this.#client.login();
      await this.#login;
      return await question();
    } catch (error) {
      this.#login = undefined;
      const { message, cause } = error as Error;
      if (/\b40[13]\b|unauthorized|invalid credentials/i.test(message)) {
        throw new CalendarDeniedError(caldav, username, error);
      }
      const inner = (cause as Error | undefined)?.message;
      throw new CalendarServerError(caldav, inner === undefined ? message : `${message}: ${inner}`, error);
    }
  }
}

function nameOf({ displayName, url }: DAVCalendar): string {
  return typeof displayName === 'string' && displayName !== ''
    ? displayName
    : (url.replace(/\/$/, '').split('/').at(-1) ?? url);
}

function hrefs(answers: readonly DAVResponse[]): string[] {
  return answers.flatMap(({ href }) => (href === undefined ? [] : [pathOf(href)]));
}

/** The calendar itself is listed among its objects. */
function isObject(href: string | undefined, calendar: string): boolean {
  return href !== undefined && pathOf(href).replace(/\/$/, '') !== pathOf(calendar).replace(/\/$/, '');
}

/** Servers answer with paths, or with whole addresses. */
function pathOf(href: string): string {
  return href.startsWith('/') ? href : new URL(href).pathname;
}
