import { DAY, HOUR, secondOfDay } from './calendar.ts';
import type { Deal } from './deal.ts';
import { placeOf, REPEAT_PIPELINE, type Stage } from './funnel.ts';
import { LOSS_REASONS, type Reasons } from './loss-reasons.ts';
import { Paperwork } from './paperwork.ts';
import { shifted, type Random } from './random.ts';
import { awayUntil, isSlack, type Employee } from './staff.ts';
import type { World } from './world.ts';

/** What the deal will do next. `act` may use the next few seconds too. */
export interface Plan {
  readonly at: number;
  /** Nobody is working on it: the plan is somebody else's cleaning. */
  readonly isNeglect?: boolean;
  readonly act: (at: number) => void;
}

/** Seconds after a plan's moment that its `act` may write in. */
export const ACT_SECONDS = 5;

/** A deal on its way: the moves, delays and chances that all stages share. */
export class Walk {
  readonly world: World;
  readonly deal: Deal;
  readonly random: Random;
  readonly paper: Paperwork;
  /** Dials that nobody answered. */
  attempts = 0;
  /** The last thing done that left no mark on the deal itself. */
  waitsSince = 0;
  hasBeenReopened = false;
  /** What is still to come after closing, earliest first. */
  afterwards: Plan[] | null = null;

  constructor(world: World, deal: Deal, random: Random) {
    this.world = world;
    this.deal = deal;
    this.random = random;
    this.paper = new Paperwork(world, deal, random);
  }

  get owner(): Employee {
    return this.world.staff.byId(this.deal.ownerId);
  }

  /** Whether the moment is told; before it, an open deal of a manager who leaves changes hands. */
  reach(at: number): boolean {
    for (let { owner } = this; this.deal.isOpen && owner.leavesAt < at + ACT_SECONDS; { owner } = this) {
      if (owner.leavesAt > this.world.span.until) break;
      const team = owner.team?.key ?? this.deal.start.team;
      const leavesAt = Math.max(owner.leavesAt, this.deal.changedAt + 1);
      const head = this.world.staff.heads[team];
      this.reassign(
        leavesAt,
        head.id,
        this.world.staff.assign(team, leavesAt + 3 * DAY, this.random, owner.id).id,
      );
    }
    return at + ACT_SECONDS <= this.world.span.until;
  }

  /** Who acts at the moment: the owner, or their head when they are gone. */
  actor(at: number): number {
    const { owner } = this;
    return owner.leavesAt > at
      ? owner.id
      : this.world.staff.heads[owner.team?.key ?? this.deal.start.team].id;
  }

  reassign(at: number, by: number, to: number): void {
    this.deal.reassign(at, by, to);
    this.paper.handOver(at, to);
  }

  /** A working moment of the owner about so many working hours after the last change. */
  later(medianHours: number, sigma = 0.8): number {
    const { calendar } = this.world;
    const { owner } = this;
    const from = Math.max(this.deal.changedAt, this.waitsSince);
    let seconds = Math.max(40, this.random.logNormal(medianHours * HOUR * owner.slowness, sigma));
    if (this.slackens) seconds *= 2.6;
    let at = calendar.after(from, seconds);
    const back = awayUntil(owner, at);
    if (back !== null) at = calendar.after(back, this.random.int(300, 10 * HOUR));
    const second = secondOfDay(at);
    if (second > 16.5 * HOUR && this.random.chance(0.12)) at += this.random.int(HOUR / 2, 2 * HOUR);
    return at;
  }

  /** The owner is in the weeks of slack and the deal is not yet near its end. */
  get slackens(): boolean {
    const { step } = this.deal.place.stage;
    const isNearEnd = step === 'objection' || step === 'agreement';
    return !isNearEnd && isSlack(this.owner, this.deal.changedAt);
  }

  /** A step forward that succeeds with `base` for an average manager and an average lead. */
  succeeds(base: number): boolean {
    const { owner, deal } = this;
    const isNewcomer = owner.hiredAt > 0 && deal.changedAt - owner.hiredAt < 75 * DAY;
    const shift =
      owner.skill +
      deal.start.quality * 0.5 -
      (isNewcomer ? 0.4 : 0) -
      (this.slackens ? 1.5 : 0) -
      (this.hasBeenReopened ? 0.3 : 0);
    return this.random.chance(shifted(base, shift));
  }

  get isRepeat(): boolean {
    return this.deal.place.pipeline === REPEAT_PIPELINE;
  }

  move(at: number, stage: Stage, by = this.deal.ownerId): void {
    this.deal.move(at, by, placeOf(stage));
    this.afterwards = null;
  }

  plan(at: number, act: (at: number) => void): Plan {
    return { at: Math.max(at, this.deal.changedAt + 20), act };
  }

  moveTo(stage: Stage, medianHours: number): Plan {
    return this.plan(this.later(medianHours), (at) => {
      this.paper.recordContact(at, true);
      this.move(at, stage);
    });
  }

  lose(at: number, reasons: Reasons, by = this.deal.ownerId): void {
    const lost = this.deal.place.pipeline.stages.at(-1);
    if (lost === undefined) throw new RangeError('a pipeline without stages');
    this.move(at, lost, by);
    this.deal.lossReasonId = this.random.chance(0.04) ? null : this.random.weighted(reasons).id;
  }

  loseTo(reasons: Reasons, medianHours: number): Plan {
    return this.plan(this.later(medianHours, 0.9), (at) => {
      this.paper.recordContact(at, this.random.chance(0.7));
      this.lose(at, reasons);
    });
  }

  /**
   * A deal nobody moves any more. Most are closed by the head's cleaning weeks or months later, the rest lie open for good.
   * Returns undefined when the deal goes on as it should.
   */
  neglected(base = 0.012): Plan | null | undefined {
    const { owner, random } = this;
    if (!random.chance(base + (1 - owner.diligence) * 0.12 + (this.slackens ? 0.12 : 0))) return undefined;
    if (random.chance(0.12)) return null;
    const cleaned = this.world.calendar.after(
      this.deal.changedAt + random.int(35, 130) * DAY,
      random.int(0, 16 * HOUR),
    );
    const head = this.world.staff.heads[owner.team?.key ?? this.deal.start.team];
    return {
      ...this.plan(cleaned, (at) => {
        this.lose(at, [[LOSS_REASONS.silent, 1]], head.id);
      }),
      isNeglect: true,
    };
  }
}
