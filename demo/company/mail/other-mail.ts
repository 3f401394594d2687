import { dayOf, HOUR, startOfDay } from '../calendar.ts';
import { dailyDemand, isFreeDay } from '../demand.ts';
import type { Random } from '../random.ts';
import { isPresent, type Employee } from '../staff.ts';
import { mailboxOf, SHARED, type Correspondent } from './letter.ts';
import { inbox, sent, type Post } from './post.ts';

/** Per lead of the day. */
const NEWSLETTERS = 0.035;
const INTERNAL = 0.035;
const STRANGERS = 0.012;

const SENDERS: readonly Correspondent[] = [
  { address: 'news@sklad-portal.example', name: 'Складской портал' },
  { address: 'digest@logist.example', name: 'Логист. Дайджест' },
  { address: 'promo@upakovka-expo.example', name: 'Выставка «Упаковка»' },
];

/** What fills mailboxes besides clients: newsletters, colleagues, and strangers who want to sell something. */
export function addOtherMail(post: Post): void {
  const { span, deals, staff, calendar } = post.world;
  const demand = dailyDemand(span, deals.length);
  for (let day = dayOf(span.start); day <= dayOf(span.until); day += 1) {
    const random = post.dice('other', day);
    const present = staff.all.filter((employee) => isPresent(employee, startOfDay(day) + 12 * HOUR));
    if (present.length === 0) continue;
    for (let left = random.count(demand(day) * NEWSLETTERS); left > 0; left -= 1)
      newsletter(post, startOfDay(day) + random.int(5 * HOUR, 11 * HOUR), random.pick(present), random);
    if (isFreeDay(day)) continue;
    for (let left = random.count(demand(day) * INTERNAL); left > 0; left -= 1)
      colleague(post, calendar.after(startOfDay(day), random.int(60, 8 * HOUR - 60)), present, random);
    for (let left = random.count(demand(day) * STRANGERS); left > 0; left -= 1)
      stranger(post, startOfDay(day) + random.int(8 * HOUR, 20 * HOUR), random);
  }
}

const NOBODY = { cc: [], answers: null, client: null, deal: null } as const;

function newsletter(post: Post, at: number, reader: Employee, random: Random): void {
  const to = mailboxOf(reader);
  post.send({
    ...NOBODY,
    at,
    kind: 'newsletter',
    from: random.pick(SENDERS),
    to: [to],
    subject: 'Новости отрасли за неделю',
    hasAttachment: false,
    copies: inbox(to.address),
    employee: reader,
    isOutgoing: false,
  });
}

/** A head writes to some of the team, or one colleague to another, who may answer. */
function colleague(post: Post, at: number, present: readonly Employee[], random: Random): void {
  const by = random.pick(present);
  const others = present.filter((other) => other !== by && other.team === by.team).slice(0, random.int(1, 4));
  if (others.length === 0) return;
  const from = mailboxOf(by);
  const to = others.map(mailboxOf);
  const letter = post.send({
    ...NOBODY,
    at,
    kind: 'internal',
    from,
    to,
    subject: 'План на неделю',
    hasAttachment: random.chance(0.2),
    copies: [sent(from.address), ...inbox(...to.map(({ address }) => address))],
    employee: by,
    isOutgoing: true,
  });
  const [answering] = others;
  if (letter === null || answering === undefined || !random.chance(0.4)) return;
  const own = mailboxOf(answering);
  post.send({
    ...NOBODY,
    at: at + random.int(120, 2 * HOUR),
    kind: 'internal',
    from: own,
    to: [from],
    subject: 'Re: План на неделю',
    answers: letter,
    hasAttachment: false,
    copies: [sent(own.address), ...inbox(from.address)],
    employee: answering,
    isOutgoing: true,
  });
}

/** Written by a person, to the company at large, by nobody the CRM knows. */
function stranger(post: Post, at: number, random: Random): void {
  post.send({
    ...NOBODY,
    at,
    kind: 'human',
    from: { address: `offer${random.int(1, 400)}@postavki.example`, name: 'Отдел продаж' },
    to: [SHARED],
    subject: 'Сотрудничество',
    hasAttachment: random.chance(0.5),
    copies: inbox(SHARED.address),
    employee: null,
    isOutgoing: false,
  });
}
