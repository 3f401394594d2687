import type { MailCopy } from '../raw/mail.ts';
import { grouped } from './grouped.ts';
import type { Clients } from './clients.ts';
import type { Deal } from './deals.ts';
import type { People } from './people.ts';

/** One letter, however many copies lie about. */
export interface Letter {
  readonly id: string;
  readonly at: number;
  readonly direction: 'in' | 'out' | 'internal';
  readonly isPersonal: boolean;
  /** A letter of a person of ours to somebody outside that did not come back: the client has it. */
  readonly hasArrived: boolean;
  readonly manager: string | null;
  readonly client: number | null;
  readonly deal: Deal | null;
  readonly outsiders: readonly string[];
  readonly thread: string;
}

/** A client's question and the first answer to it; several that waited are one question, the first. */
export interface Reply {
  readonly question: Letter;
  readonly answer: Letter;
}

export interface Correspondence {
  readonly letters: readonly Letter[];
  readonly replies: readonly Reply[];
  /** The first letter of each thread that waits to this day. */
  readonly waiting: readonly Letter[];
}

export function tellLetters(copies: readonly MailCopy[], people: People, clients: Clients): Correspondence {
  const ours = new Set(copies.map(({ mailbox }) => mailbox));
  const domains = new Set([...ours].map(domainOf));
  const isOurs = (address: string): boolean => ours.has(address) || domains.has(domainOf(address));
  const threadOf = threads(copies);
  const reported = new Set(copies.filter(({ isReport }) => isReport).map(({ answers }) => answers[0]));
  const letters = [...grouped(copies, ({ id }) => id)].map(([id, own]): Letter => {
    const [copy] = own;
    if (copy === undefined) throw new RangeError(`letter ${id} lies nowhere`);
    const { from, to, cc, at } = copy;
    const recipients = [...to, ...cc];
    const direction = !isOurs(from) ? 'in' : recipients.every(isOurs) ? 'internal' : 'out';
    const outsiders = (direction === 'in' ? [from] : recipients).filter((address) => !isOurs(address));
    const known = outsiders.map((address) => clients.cardOf(address)).find((card) => card !== null) ?? null;
    const actors = direction === 'in' ? [...to, ...own.map(({ mailbox }) => mailbox)] : [from];
    return {
      id,
      at,
      direction,
      isPersonal: copy.isPersonal,
      hasArrived:
        direction === 'out' && copy.isPersonal && !(reported.has(id) && new Set(outsiders).size === 1),
      manager: actors.filter(isOurs).map((address) => people.byMailbox(address)).find((manager) => manager !== null) ?? null, // prettier-ignore
      client: known === null ? null : clients.clientOf(known),
      deal: known === null ? null : clients.dealOf(known, at),
      outsiders,
      thread: threadOf(id),
    };
  });
  return { letters, ...tellReplies(letters) };
}

function tellReplies(letters: readonly Letter[]): Pick<Correspondence, 'replies' | 'waiting'> {
  const replies: Reply[] = [];
  const waiting: Letter[] = [];
  const personal = letters.filter(({ isPersonal, direction }) => isPersonal && direction !== 'internal');
  for (const thread of grouped(personal, (letter) => letter.thread).values()) {
    const takingPart = new Set<string>();
    let question: Letter | null = null;
    for (const letter of thread.sort((a, b) => a.at - b.at)) {
      if (letter.direction === 'in') question ??= letter;
      else if (question !== null && letter.outsiders.some((address) => takingPart.has(address))) {
        replies.push({ question, answer: letter });
        question = null;
      }
      for (const address of letter.outsiders) takingPart.add(address);
    }
    if (question !== null) waiting.push(question);
  }
  return { replies, waiting };
}

/** The thread of a letter: all that are connected by "answers", also through letters that nobody has. */
function threads(copies: readonly MailCopy[]): (id: string) => string {
  const above = new Map<string, string>();
  const top = (id: string): string => {
    let found = id;
    for (let next = above.get(found); next !== undefined; next = above.get(found)) found = next;
    return found;
  };
  for (const { id, answers } of copies) {
    for (const answered of answers) {
      const [a, b] = [top(id), top(answered)];
      if (a !== b) above.set(a, b);
    }
  }
  return top;
}

function domainOf(address: string): string {
  return address.split('@')[1] ?? '';
}
