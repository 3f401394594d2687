import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import {
  callKeys,
  cdrRows,
  isoDay,
  mangoFolder,
  masterLine,
  playCalls,
  uisFolder,
  type Call,
  type Exchange,
  type Extension,
  type Pbx,
} from '../telephony/index.ts';
import { channelsOf } from './channels.ts';
import { writeJsonLines } from './json-lines.ts';
import { writeLetters, writeMailboxes, type Letter } from './mail/index.ts';
import { planMeetings, teamMeetings, writeCalendars, type Meeting } from './meetings/index.ts';
import { keepBooks, sheetsOf, writeSheets, type Books } from './sheets/index.ts';
import type { World } from './world.ts';

/** What the company has beside its CRM. Everything but the calls is made when first asked for. */
export interface Outside {
  readonly pbx: Pbx;
  readonly exchange: Exchange;
  readonly letters: readonly Letter[];
  readonly meetings: readonly Meeting[];
  readonly books: Books;
  /** `managers:` of voronka.yaml: whose telephones and mailboxes are whose, and when. */
  readonly managers: readonly ManagerEntry[];
  /**
   * Writes `telephony/`, `mail/`, `calendar/`, `files/` and `managers.yaml` (the map above) into a folder. With `since`, only the calls
   * and letters from that second on, as an exchange and a mail server keep them that were bought then.
   */
  write(dir: string, since?: number): void;
}

export interface ManagerEntry {
  readonly manager: string;
  readonly extensions: readonly (
    string | { readonly number: string; readonly from?: string; readonly to?: string }
  )[];
  readonly mailboxes: readonly string[];
}

/** Lives through what happened outside the CRM; the CRM's notes of calls are put right by it. */
export function outsideOf(world: World, pbx: Pbx): Outside {
  const channels = channelsOf(world);
  const exchange = playCalls(world, channels, callKeys[pbx]);
  let letters: Letter[] | undefined;
  let meetings: Meeting[] | undefined;
  let books: Books | undefined;
  return {
    pbx,
    exchange,
    get letters() {
      return (letters ??= writeLetters(world, channels));
    },
    get meetings() {
      return (meetings ??= planMeetings(world));
    },
    get books() {
      return (books ??= keepBooks(world, exchange.calls));
    },
    managers: managerEntries(exchange),
    write(dir, since = 0) {
      mkdirSync(dir, { recursive: true });
      writeFileSync(join(dir, 'managers.yaml'), stringify({ managers: this.managers }));
      const calls = exchange.calls.filter(({ startedAt }) => startedAt >= since);
      writeTelephony(calls, exchange.extensions, pbx, join(dir, 'telephony'));
      const letters = this.letters.filter(({ at }) => at >= since);
      writeMailboxes(letters, join(dir, 'mail'));
      writeCalendars(this.meetings, teamMeetings(world), join(dir, 'calendar'));
      writeSheets(sheetsOf(booksSince(this.books, since), callKeys[pbx]), join(dir, 'files'));
    },
  };
}

function managerEntries({ extensions }: Exchange): ManagerEntry[] {
  return extensions.map(({ number, employee, fromDay, toDay }) => ({
    manager: employee.isRemoved ? String(employee.id) : employee.email,
    extensions: [
      fromDay === null && toDay === null
        ? number
        : {
            number,
            ...(fromDay === null ? {} : { from: isoDay(fromDay) }),
            ...(toDay === null ? {} : { to: isoDay(toDay) }),
          },
    ],
    mailboxes: [employee.email],
  }));
}

/** Nobody judges a call that nobody has. */
function booksSince(books: Books, since: number): Books {
  return { ...books, reviews: books.reviews.filter(({ call }) => call.startedAt >= since) };
}

/** `Master.csv` of Asterisk, in the order of hanging up, or the folder of the vendor's stand-in. */
function writeTelephony(
  calls: readonly Call[],
  extensions: readonly Extension[],
  pbx: Pbx,
  dir: string,
): void {
  mkdirSync(dir, { recursive: true });
  if (pbx === 'asterisk') {
    const rows = [...cdrRows(calls)].map((row) => [row.end, masterLine(row)] as const);
    rows.sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    writeFileSync(join(dir, 'Master.csv'), rows.map(([, line]) => `${line}\n`).join(''));
    return;
  }
  const { account, ...lists } = pbx === 'uis' ? uisFolder(calls, extensions) : mangoFolder(calls, extensions);
  writeFileSync(join(dir, 'account.json'), `${JSON.stringify(account, null, 2)}\n`);
  for (const [name, list] of Object.entries(lists)) writeJsonLines(join(dir, `${name}.jsonl`), list);
}
