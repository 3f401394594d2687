import { HOUR } from '../calendar.ts';
import type { Channel } from '../channels.ts';
import type { Deal } from '../deal.ts';
import type { Random } from '../random.ts';
import { awayUntil, isSlack, type Employee } from '../staff.ts';
import type { Touch } from '../world.ts';
import { mailboxOf, SHARED, type Correspondent, type Letter } from './letter.ts';
import { inbox, sent, type Post } from './post.ts';

const BOUNCES = 0.012;
const IS_AWAY = 0.035;
const CLIENT_ANSWERS = 0.42;
/** What comes back is answered by most, by a slackening one hardly. */
const WE_ANSWER = 0.84;
const WE_ANSWER_IN_SLACK = 0.35;
const ASKS_AGAIN = 0.28;
/** The client also writes to the company at large. */
const TO_ALL = 0.06;

/** Letters with clients: proposals and contacts by mail, what comes back, and what is answered, deal by deal. */
export function correspond(post: Post, channels: ReadonlyMap<Touch, Channel>): void {
  let thread: Correspondence | undefined;
  for (const touch of post.world.touches) {
    if (channels.get(touch) !== 'email') continue;
    if (thread?.deal !== touch.deal) thread = new Correspondence(post, touch.deal);
    thread.write(touch);
  }
}

class Correspondence {
  readonly deal: Deal;
  private readonly post: Post;
  private readonly random: Random;
  private readonly client: Correspondent;
  private isDead = false;
  /** The last letter either way: the next one answers it, unless it begins anew. */
  private last: Letter | null = null;

  constructor(post: Post, deal: Deal) {
    const { contact } = deal.start.client;
    this.post = post;
    this.deal = deal;
    this.random = post.dice('deal', deal.start.number);
    this.client = { address: contact.email ?? '', name: `${contact.name.first} ${contact.name.last}` };
  }

  write({ at, by, kind, isReached }: Touch): void {
    const { random } = this;
    const employee = this.post.world.staff.byId(by);
    if (this.isDead || employee.leavesAt <= at) return;
    const continues = this.last !== null && this.last.at < at && random.chance(0.7);
    const letter = this.outgoing(
      employee,
      at - random.int(0, 90),
      continues ? this.last : null,
      kind === 'proposal',
    );
    if (letter === null) return;
    if (random.chance(BOUNCES)) {
      this.bounce(letter, employee);
      return;
    }
    if (random.chance(IS_AWAY)) this.autoReply(letter, employee);
    if (random.chance(isReached ? CLIENT_ANSWERS : 0.1)) this.answers(letter, employee);
  }

  /** The client answers; somebody of the company should then, too. */
  private answers(letter: Letter, employee: Employee): void {
    const { random, post } = this;
    const at = post.world.calendar.after(letter.at, random.logNormal(5 * HOUR, 1.1));
    // Now and then people write at night.
    const incoming = this.incoming(employee, at + (random.chance(0.1) ? random.int(3, 9) * HOUR : 0), letter);
    if (incoming === null) return;
    const willing = isSlack(employee, incoming.at) ? WE_ANSWER_IN_SLACK : WE_ANSWER;
    if (!random.chance(willing)) return;
    const head = employee.team === null ? employee : post.world.staff.heads[employee.team.key];
    // Whose manager is on holiday is answered by the head.
    const stands = awayUntil(employee, incoming.at) !== null && random.chance(0.6) ? head : employee;
    const when = post.laterFor(stands, incoming.at, random.logNormal(1.6, 1.1) * stands.slowness);
    const reply = this.outgoing(stands, when, incoming, random.chance(0.15));
    if (reply !== null && random.chance(ASKS_AGAIN)) this.answers(reply, stands);
  }

  private outgoing(by: Employee, at: number, answers: Letter | null, hasAttachment: boolean): Letter | null {
    const from = mailboxOf(by);
    const { team } = by;
    const head = team === null ? null : mailboxOf(this.post.world.staff.heads[team.key]);
    const isCopied =
      hasAttachment && head !== null && head.address !== from.address && this.random.chance(0.05);
    return this.keep(
      this.post.send({
        at: Math.max(at, (this.last?.at ?? this.deal.start.at) + 45),
        kind: 'human',
        from,
        to: [this.client],
        cc: isCopied ? [head] : [],
        subject: this.subject(answers),
        answers,
        hasAttachment,
        copies: [sent(from.address), ...(isCopied ? inbox(head.address) : [])],
        client: this.deal.start.client,
        deal: this.deal,
        employee: by,
        isOutgoing: true,
      }),
    );
  }

  private incoming(to: Employee, at: number, answers: Letter): Letter | null {
    const own = mailboxOf(to);
    const isToAll = this.random.chance(TO_ALL);
    return this.keep(
      this.post.send({
        at,
        kind: 'human',
        // Addresses are written as people like them.
        from: this.random.chance(0.1)
          ? { ...this.client, address: capitalised(this.client.address) }
          : this.client,
        to: [own],
        cc: isToAll ? [SHARED] : [],
        subject: this.subject(answers),
        answers,
        hasAttachment: this.random.chance(0.12),
        copies: inbox(own.address, ...(isToAll ? [SHARED.address] : [])),
        client: this.deal.start.client,
        deal: this.deal,
        employee: to,
        isOutgoing: false,
      }),
    );
  }

  private bounce(letter: Letter, employee: Employee): void {
    this.isDead = true;
    const own = mailboxOf(employee);
    const domain = this.client.address.split('@')[1] ?? '';
    this.machine('bounce', letter, employee, {
      from: { address: `mailer-daemon@${domain}`, name: 'Mail Delivery System' },
      at: letter.at + this.random.int(2, 40),
      subject: 'Undelivered Mail Returned to Sender',
      to: own,
    });
  }

  private autoReply(letter: Letter, employee: Employee): void {
    this.machine('auto_reply', letter, employee, {
      from: this.client,
      at: letter.at + this.random.int(5, 90),
      subject: `Автоответ: ${letter.subject}`,
      to: mailboxOf(employee),
    });
  }

  private machine(
    kind: 'bounce' | 'auto_reply',
    answers: Letter,
    employee: Employee,
    { from, to, at, subject }: { from: Correspondent; to: Correspondent; at: number; subject: string },
  ): void {
    const { client } = this.deal.start;
    this.post.send({
      at,
      kind,
      from,
      to: [to],
      cc: [],
      subject,
      answers,
      hasAttachment: false,
      copies: inbox(to.address),
      client: kind === 'bounce' ? null : client,
      deal: this.deal,
      employee,
      isOutgoing: false,
    });
  }

  private keep(letter: Letter | null): Letter | null {
    if (letter !== null) this.last = letter;
    return letter;
  }

  private subject(answers: Letter | null): string {
    if (answers === null) return `Коммерческое предложение № ${this.deal.start.id % 100_000}`;
    return answers.subject.startsWith('Re: ') ? answers.subject : `Re: ${answers.subject}`;
  }
}

function capitalised(address: string): string {
  return address.slice(0, 1).toUpperCase() + address.slice(1);
}
