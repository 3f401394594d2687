import { type Call, talkSeconds } from '../telephony/index.ts';
import { monthOf } from './calendar.ts';
import type { Letter } from './mail/index.ts';
import type { Outside } from './outside.ts';
import { WorkTally, type WorkRecord } from './work-tally.ts';

/** Whose work it was; null where it was nobody's in particular: a group rung in vain, a letter to the shared mailbox. */
type ManagerId = number | null;

/** The books of what was done outside the CRM, posted to month and manager, month, manager, and all. */
export class WorkLedger {
  private readonly levels = new Map<string, WorkTally>();

  constructor(outside: Outside) {
    this.enterCalls(outside.exchange.calls);
    this.enterLetters(outside.letters);
    for (const { startsAt, host, fate, isPresentation } of outside.meetings) {
      this.post(monthOf(startsAt), host.id, (tally) => {
        if (fate === 'planned') tally.meetingsPlanned += 1;
        if (fate !== 'held') return;
        tally.meetingsHeld += 1;
        if (isPresentation) tally.presentationsHeld += 1;
      });
    }
    this.enterBooks(outside);
  }

  tally(month: string, managerId: ManagerId | '*'): WorkRecord | null {
    return this.levels.get(`${month} ${managerId}`)?.toJSON() ?? null;
  }

  private enterCalls(calls: readonly Call[]): void {
    const returns = returnsOf(calls);
    for (const call of calls) {
      if (call.direction === 'internal') continue;
      const talk = talkSeconds(call);
      this.post(monthOf(call.startedAt), managerOf(call), (tally) => {
        if (call.direction === 'out') {
          tally.callsOut += 1;
          if (talk > 0) tally.callsOutReached += 1;
        } else {
          tally.callsIn += 1;
          if (talk > 0) tally.callsInAnswered += 1;
          else tally.callsMissed += 1;
        }
        if (talk > 0) {
          tally.talkSeconds += talk;
          tally.talks += 1;
        }
        const returnedAt = returns.get(call);
        if (returnedAt === null) tally.neverReturned += 1;
        else if (returnedAt !== undefined) {
          tally.callbackSeconds += Math.max(0, returnedAt - call.endedAt);
          tally.callbacks += 1;
        }
      });
    }
  }

  private enterLetters(letters: readonly Letter[]): void {
    const human = letters.filter(({ kind }) => kind === 'human').sort((a, b) => a.at - b.at);
    const waiting = new Map<Letter, Letter>();
    for (const letter of human) {
      const who = letter.employee?.id ?? null;
      const thread = rootOf(letter);
      const question = waiting.get(thread);
      this.post(monthOf(letter.at), who, (tally) => {
        if (letter.isOutgoing) tally.emailsSent += 1;
        else tally.emailsReceived += 1;
      });
      if (!letter.isOutgoing) {
        if (question === undefined) waiting.set(thread, letter);
      } else if (question !== undefined) {
        waiting.delete(thread);
        this.post(monthOf(letter.at), who, (tally) => {
          tally.replySeconds += letter.at - question.at;
          tally.replies += 1;
        });
      }
    }
    for (const { at, employee } of waiting.values())
      this.post(monthOf(at), employee?.id ?? null, (tally) => void (tally.emailsUnanswered += 1));
  }

  private enterBooks({ books }: Outside): void {
    for (const { month, manager, amount, deals, newClients, proposals, calls } of books.targets) {
      this.post(month, manager.id, (tally) => {
        tally.planAmount += amount;
        tally.planDeals += deals;
        tally.planNewClients += newClients;
        tally.planProposals += proposals;
        tally.planCalls += calls;
      });
    }
    for (const { day, manager, csat, nps } of books.surveys) {
      this.post(day.slice(0, 7), manager.id, (tally) => {
        tally.surveys += 1;
        tally.csatPoints += csat;
        if (nps >= 9) tally.promoters += 1;
        if (nps <= 6) tally.detractors += 1;
      });
    }
    for (const { day, manager, points } of books.reviews) {
      this.post(day.slice(0, 7), manager.id, (tally) => {
        tally.callsReviewed += 1;
        tally.reviewItems += points.length;
        tally.reviewPoints += points.reduce((sum, [, score]) => sum + score, 0);
      });
    }
    for (const { day, manager, hours, score } of books.trainings) {
      this.post(day.slice(0, 7), manager.id, (tally) => {
        tally.trainingHours += hours;
        if (score === null) return;
        tally.testPoints += score;
        tally.tests += 1;
      });
    }
  }

  private post(month: string, managerId: ManagerId, post: (tally: WorkTally) => void): void {
    for (const key of [`${month} ${managerId}`, `${month} *`, `* ${managerId}`, '* *']) {
      let tally = this.levels.get(key);
      if (tally === undefined) this.levels.set(key, (tally = new WorkTally()));
      post(tally);
    }
  }
}

/** Who dialled; who talked longest; of a missed call the one who was rung, when it was one. */
function managerOf({ direction, legs }: Call): ManagerId {
  if (direction === 'out') return legs[0]?.from?.employee.id ?? null;
  const talked = legs
    .filter(({ answeredAt }) => answeredAt !== null)
    .sort((a, b) => b.endedAt - (b.answeredAt ?? 0) - (a.endedAt - (a.answeredAt ?? 0)));
  if (talked[0] !== undefined) return talked[0].to?.employee.id ?? null;
  const rung = new Set(legs.flatMap(({ to }) => (to === null ? [] : [to.employee.id])));
  const [only] = rung;
  return rung.size === 1 && only !== undefined ? only : null;
}

/** For every missed call with a number: when the two next found each other or we tried; null for never. */
function returnsOf(calls: readonly Call[]): Map<Call, number | null> {
  const returns = new Map<Call, number | null>();
  const next = new Map<string, number>();
  for (const call of [...calls].sort((a, b) => b.startedAt - a.startedAt || b.number - a.number)) {
    const { clientNumber: number, direction, answeredAt, startedAt } = call;
    if (number === null || direction === 'internal') continue;
    if (direction === 'in' && answeredAt === null) returns.set(call, next.get(number) ?? null);
    else next.set(number, startedAt);
  }
  return returns;
}

function rootOf(letter: Letter): Letter {
  let root = letter;
  while (root.answers !== null) root = root.answers;
  return root;
}
