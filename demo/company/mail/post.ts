import { HOUR } from '../calendar.ts';
import { hash, Random } from '../random.ts';
import { awayUntil, type Employee } from '../staff.ts';
import type { World } from '../world.ts';
import type { Copy, Letter } from './letter.ts';

/** The letters so far; a letter of the future is not sent. */
export class Post {
  readonly world: World;
  readonly letters: Letter[] = [];

  constructor(world: World) {
    this.world = world;
  }

  /** Null when the moment has not come yet. */
  send(letter: Omit<Letter, 'id'>): Letter | null {
    if (letter.at > this.world.span.until) return null;
    const number = this.letters.length;
    const domain = letter.from.address.split('@')[1] ?? 'localhost';
    const sent = { id: `${hash('letter', letter.at, number).toString(36)}.${number}@${domain}`, ...letter };
    this.letters.push(sent);
    return sent;
  }

  dice(...about: readonly (number | string)[]): Random {
    return new Random(this.world.seed, 'mail', ...about);
  }

  /** A working moment some working hours later, after a holiday if there is one; Infinity when they are gone by then. */
  laterFor(employee: Employee, at: number, hours: number): number {
    const { calendar } = this.world;
    let moment = calendar.after(at, Math.max(90, hours * HOUR));
    const back = awayUntil(employee, moment);
    if (back !== null) moment = calendar.after(back, HOUR + (at % 7200));
    return employee.leavesAt <= moment ? Infinity : moment;
  }
}

export function inbox(...mailboxes: readonly string[]): Copy[] {
  return mailboxes.map((mailbox) => ({ mailbox, folder: 'INBOX' }));
}

export function sent(mailbox: string): Copy {
  return { mailbox, folder: 'Sent' };
}
