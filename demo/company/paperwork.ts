import { DAY, HOUR } from './calendar.ts';
import type { Deal } from './deal.ts';
import { hash, type Random } from './random.ts';
import { isSlack, ROBOT, type Employee } from './staff.ts';
import { CALL_RESULTS, COMMENTS, MEETING_COMMENTS, TASK_RESULTS, TASKS } from './phrases.ts';
import type { Note, Task, Touch, World } from './world.ts';

export const TASK_TYPES = { call: 1, meeting: 2, proposal: 2_764_310 } as const;
export type TaskKind = keyof typeof TASK_TYPES;

/** What is written down around a deal: tasks, calls, notes, letters, chats. None of it moves the deal. */
export class Paperwork {
  private readonly world: World;
  private readonly deal: Deal;
  private readonly random: Random;
  private open: Task | null = null;

  constructor(world: World, deal: Deal, random: Random) {
    this.world = world;
    this.deal = deal;
    this.random = random;
  }

  private get owner(): Employee {
    return this.world.staff.byId(this.deal.ownerId);
  }

  /** In slack weeks a third of the usual is left. */
  private bothers(at: number, probability: number): boolean {
    const { owner } = this;
    return this.random.chance(probability * owner.diligence * (isSlack(owner, at) ? 0.3 : 1));
  }

  /** Puts a task for what is planned next; `plannedAt` null means nothing is. */
  setTask(kind: TaskKind, plannedAt: number | null, probability: number, byRobot = false): void {
    const { deal, random } = this;
    const { owner } = this;
    if (
      this.open !== null ||
      !(byRobot ? random.chance(probability) : this.bothers(deal.changedAt, probability))
    )
      return;
    const at = deal.changedAt + (byRobot ? 0 : random.int(5, 240));
    if (at > this.world.span.until || (plannedAt !== null && at >= plannedAt)) return;
    const due = byRobot
      ? this.world.calendar.after(at, HOUR)
      : plannedAt === null
        ? this.world.calendar.after(at, random.int(4, 40) * HOUR)
        : halfHour(plannedAt + (random.chance(0.72) ? random.int(0, 6 * HOUR) : -random.int(HOUR, 2 * DAY)));
    const task: Task = {
      at,
      by: byRobot ? ROBOT : owner.id,
      ownerId: owner.id,
      typeId: TASK_TYPES[kind],
      text: random.pick(TASKS[kind]),
      dueAt: Math.max(due, at + 600),
      dealId: deal.start.id,
      contactId: null,
      completedAt: null,
      completedBy: ROBOT,
      result: null,
      changedAt: at,
    };
    this.open = task;
    this.world.tasks.push(task);
  }

  /** The planned thing was done, so the task is usually ticked off: in the same second or a little later. */
  finishTask(at: number): void {
    const task = this.open;
    if (task === null) return;
    this.open = null;
    if (!this.random.chance(0.7 + 0.28 * this.owner.diligence)) return;
    const done = Math.max(at + (this.random.chance(0.5) ? 0 : this.random.int(1, 900)), task.at);
    if (done > this.world.span.until) return;
    task.completedAt = done;
    task.completedBy = task.ownerId;
    task.changedAt = done;
    if (this.random.chance(0.55)) task.result = this.random.pick(TASK_RESULTS);
  }

  handOver(at: number, to: number): void {
    const task = this.open;
    if (task === null || at < task.at) return;
    task.ownerId = to;
    task.changedAt = at;
  }

  /** A contact that accompanies a move: usually a call, sometimes a comment. */
  recordContact(at: number, isReached: boolean): void {
    const note = this.bothers(at, 0.24) ? this.callNote(at, false, isReached) : null;
    this.touch('contact', at, isReached, note);
    if (this.bothers(at, 0.13)) this.comment(at, COMMENTS);
  }

  /** The client calls, and the call is written down. */
  incomingCall(at: number, isReached: boolean): void {
    this.touch('call_in', at, isReached, this.callNote(at, true, isReached));
  }

  private touch(kind: Touch['kind'], at: number, isReached: boolean, note: Note | null): void {
    const { deal } = this;
    this.world.touches.push({ at, by: deal.ownerId, deal, kind, isReached, note });
  }

  private callNote(at: number, isIncoming: boolean, isReached: boolean): Note | null {
    const { deal, random } = this;
    const { contact, company } = deal.start.client;
    const phone = contact.phones[0];
    if (phone === undefined) return null;
    const where = random.int(1, 100);
    const [entity, entityId] =
      where > 96 && company !== null
        ? (['companies', company.id] as const)
        : where > 88
          ? (['leads', deal.start.id] as const)
          : (['contacts', contact.id] as const);
    const duration = isReached ? Math.round(Math.min(2400, random.logNormal(110, 0.9))) : 0;
    const key = hash(deal.start.id, at, random.int(0, 1e9)).toString(16).padStart(8, '0');
    return this.note(at, entity, entityId, isIncoming ? 'call_in' : 'call_out', {
      uniq: `${key}${hash(key).toString(16)}`,
      duration,
      source: 'pbx.severpak',
      link: isReached ? `https://pbx.severpak.example/rec/${key}.mp3` : '',
      phone: `+7${phone}`,
      // Both forms are met on the wire.
      call_responsible: random.chance(0.5) ? deal.ownerId : String(deal.ownerId),
      call_status: isReached ? 4 : random.pick([6, 6, 6, 7, 3]),
      ...(random.chance(0.3) ? { call_result: isReached ? random.pick(CALL_RESULTS) : '' } : {}),
    });
  }

  comment(at: number, phrases: readonly string[] = COMMENTS): void {
    this.note(at, 'leads', this.deal.start.id, 'common', { text: this.random.pick(phrases) });
  }

  meetingHeld(at: number): void {
    this.touch('meeting', at, true, null);
    if (this.bothers(at, 0.6)) this.comment(at, MEETING_COMMENTS);
  }

  /** The offer goes out: a letter, sometimes as a file in the card. */
  proposalSent(at: number): void {
    const { deal, random } = this;
    const { email } = deal.start.client.contact;
    let letter: Note | null = null;
    if (email !== null && this.bothers(at, 0.85)) {
      const { name } = this.owner;
      letter = this.note(at, 'leads', deal.start.id, 'amomail_message', {
        thread_id: String(hash('thread', deal.start.id, at)),
        message_id: String(hash('message', deal.start.id, at)),
        private: false,
        income: false,
        from: { email: this.owner.email, name: `${name.first} ${name.last}` },
        to: { email, name: deal.start.client.contact.name.first },
        subject: `Коммерческое предложение № ${deal.start.id % 100_000}`,
        content_summary: '',
        attach_cnt: 1,
        delivery: 'sent',
      });
    } else if (random.chance(0.2)) {
      const file = `КП_${deal.start.id % 100_000}.pdf`;
      this.note(at, 'leads', deal.start.id, 'attachment', {
        is_drive_attachment: false,
        text: file,
        original_name: file,
        file_name: file,
      });
    }
    this.touch('proposal', at, true, letter);
  }

  textMessage(at: number): void {
    const phone = this.deal.start.client.contact.phones[0];
    if (phone === undefined) return;
    this.note(at, 'contacts', this.deal.start.client.contact.id, 'sms_out', {
      text: 'Не смогли до вас дозвониться. Перезвоним завтра.',
      phone: `+7${phone}`,
    });
  }

  robotRemark(at: number, text: string): void {
    this.note(at, 'leads', this.deal.start.id, 'service_message', { service: 'Роботы', text }, ROBOT);
  }

  chat(from: number): void {
    const { deal, random } = this;
    const talkId = 1000 + deal.start.number;
    let at = from;
    for (let index = 0, count = random.int(2, 4); index < count; index += 1) {
      const isIncoming = index % 2 === 0 || random.chance(0.2);
      at += isIncoming ? random.int(0, 200) : random.int(20, 900);
      if (at > this.world.span.until) return;
      const by = isIncoming ? ROBOT : deal.ownerId;
      this.world.chats.push({
        at,
        by,
        isIncoming,
        deal,
        contactId: deal.start.client.contact.id,
        talkId,
      });
    }
  }

  private note(
    at: number,
    entity: Note['entity'],
    entityId: number,
    type: Note['type'],
    params: Note['params'],
    by = this.deal.ownerId,
  ): Note {
    const note: Note = { at, by, ownerId: this.deal.ownerId, entity, entityId, type, params };
    this.world.notes.push(note);
    return note;
  }
}

function halfHour(moment: number): number {
  return Math.round(moment / 1800) * 1800;
}
