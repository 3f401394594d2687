import { VoronkaError } from '../../errors.ts';

/** What should be a calendar is something else, or only a part of one: taken at its word, it would delete meetings. */
export class NotACalendarError extends VoronkaError {
  constructor(place: string, why: string) {
    super(
      `${place} is not a complete calendar: ${why}. Nothing of it was read, and nothing was marked deleted.`,
      {
        code: 'CALENDAR_UNREADABLE',
        retry: 'later',
        context: { place },
      },
    );
  }
}

export class CalendarMissingError extends VoronkaError {
  constructor(place: string, detail: string, cause?: unknown) {
    super(`${place} cannot be read: ${detail}`, {
      code: 'CALENDAR_MISSING',
      retry: 'later',
      context: { place },
      cause,
    });
  }
}

/** A file in a folder of calendars that is not named by its owner. */
export class OwnerUnknownError extends VoronkaError {
  constructor(path: string) {
    super(
      `Whose calendar is ${path}? Name the file by its owner (anna@company.ru.ics), or give the owner in the settings.`,
      { code: 'CALENDAR_OWNER_UNKNOWN', retry: 'never', context: { path } },
    );
  }
}

export class CalendarDeniedError extends VoronkaError {
  constructor(server: string, username: string, cause?: unknown) {
    super(
      `${server} does not accept the password of ${username}. Many servers want a password of its own for programs; reading is enough.`,
      { code: 'CALENDAR_DENIED', retry: 'never', context: { server, username }, cause },
    );
  }
}

export class CalendarServerError extends VoronkaError {
  constructor(server: string, detail: string, cause?: unknown) {
    super(`${server} cannot be read as CalDAV: ${detail}. It will be tried again.`, {
      code: 'CALENDAR_SERVER',
      retry: 'later',
      context: { server },
      cause,
    });
  }
}
