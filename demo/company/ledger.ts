import { monthOf } from './calendar.ts';
import type { Deal } from './deal.ts';
import { LOST, type Place, STEPS, type Step, WON } from './funnel.ts';
import { Tally, type TallyRecord } from './tally.ts';

export interface OpenTotals {
  open_deals: number;
  open_amount: number;
  /** Waiting in «Неразобранное»; not among the open deals. */
  incoming_deals: number;
}

export interface StageTotals {
  readonly pipeline_id: number;
  readonly status_id: number;
  readonly pipeline: string;
  readonly stage: string;
  readonly step: Step;
  /** Stays of deals that are not deleted. */
  entered: number;
  finished: number;
  finished_seconds: number;
  /** Stays of deleted deals, which leave every KPI; the last of each ended with the deletion. */
  deleted_entered: number;
  deleted_finished: number;
  deleted_finished_seconds: number;
  deleted_ended_by_deletion: number;
}

interface Posting {
  readonly at: number;
  readonly ownerId: number;
  readonly post: (tally: Tally) => void;
}

/**
 * The company's own books: each deal is posted from what was done to it, move by move, with the owner of that moment. Nothing
 * is read back from the CRM's records, and every level (month and manager, month, manager, all) is posted on its own.
 */
export class Ledger {
  private readonly levels = new Map<string, Tally>();
  private readonly openOf = new Map<number, OpenTotals>();
  private readonly stages = new Map<string, StageTotals>();
  readonly lostByReason: Record<string, number> = {};
  readonly leadsBySource: Record<string, number> = {};

  enter(deal: Deal): void {
    if (deal.isDeleted) {
      this.enterDeleted(deal);
      return;
    }
    const story = new Story(deal);
    for (const posting of story.postings()) this.post(posting);
    story.stays.forEach((stay) => {
      const totals = this.stage(stay.place);
      totals.entered += 1;
      if (stay.leftAt === null) return;
      totals.finished += 1;
      totals.finished_seconds += stay.leftAt - stay.enteredAt;
    });
    const { step, id } = deal.place.stage;
    if (step === 'incoming') this.open(deal.ownerId).incoming_deals += 1;
    else if (id !== WON && id !== LOST) {
      this.open(deal.ownerId).open_deals += 1;
      this.open(deal.ownerId).open_amount += deal.price;
    }
    if (step !== 'incoming') {
      const source = deal.start.source.isUnnamed ? 'unknown' : deal.start.source.channel.label;
      this.leadsBySource[source] = (this.leadsBySource[source] ?? 0) + 1;
    }
    if (id === LOST) {
      const reason = String(deal.lossReasonId ?? 'none');
      this.lostByReason[reason] = (this.lostByReason[reason] ?? 0) + 1;
    }
  }

  tally(month: string, managerId: number | '*'): TallyRecord | null {
    return this.levels.get(`${month} ${managerId}`)?.toJSON() ?? null;
  }

  openNow(managerId: number): OpenTotals | null {
    return this.openOf.get(managerId) ?? null;
  }

  stageTotals(): StageTotals[] {
    return [...this.stages.values()].sort((a, b) => a.pipeline_id - b.pipeline_id || order(a) - order(b));
  }

  private enterDeleted(deal: Deal): void {
    const story = new Story(deal);
    const { at } = deal.journal.findLast(({ kind }) => kind === 'deleted') ?? { at: deal.changedAt };
    const isDeclined = deal.place.stage.step === 'incoming';
    this.post({
      at,
      ownerId: deal.ownerId,
      post(tally) {
        tally.deleted += 1;
        if (isDeclined) tally.declined += 1;
      },
    });
    for (const stay of story.stays) {
      const totals = this.stage(stay.place);
      totals.deleted_entered += 1;
      if (stay.leftAt === null) totals.deleted_ended_by_deletion += 1;
      else {
        totals.deleted_finished += 1;
        totals.deleted_finished_seconds += stay.leftAt - stay.enteredAt;
      }
    }
  }

  private post({ at, ownerId, post }: Posting): void {
    const month = monthOf(at);
    for (const key of [`${month} ${ownerId}`, `${month} *`, `* ${ownerId}`, '* *']) {
      let tally = this.levels.get(key);
      if (tally === undefined) this.levels.set(key, (tally = new Tally()));
      post(tally);
    }
  }

  private open(managerId: number): OpenTotals {
    let totals = this.openOf.get(managerId);
    if (totals === undefined) {
      totals = { open_deals: 0, open_amount: 0, incoming_deals: 0 };
      this.openOf.set(managerId, totals);
    }
    return totals;
  }

  private stage({ pipeline, stage }: Place): StageTotals {
    const key = `${pipeline.id}:${stage.id}`;
    let totals = this.stages.get(key);
    if (totals === undefined) {
      totals = {
        pipeline_id: pipeline.id,
        status_id: stage.id,
        pipeline: pipeline.name,
        stage: stage.name,
        step: stage.step,
        entered: 0,
        finished: 0,
        finished_seconds: 0,
        deleted_entered: 0,
        deleted_finished: 0,
        deleted_finished_seconds: 0,
        deleted_ended_by_deletion: 0,
      };
      this.stages.set(key, totals);
    }
    return totals;
  }
}

interface Stay {
  readonly place: Place;
  readonly enteredAt: number;
  leftAt: number | null;
}
interface Moment {
  readonly at: number;
  readonly ownerId: number;
}

/** One deal read from first to last: who owned it when, what it reached, what it stands at. */
class Story {
  readonly stays: Stay[] = [];
  private readonly deal: Deal;
  private readonly firstOwnerId: number;
  private readonly reached: (Moment & { readonly isSkipped: boolean })[] = [];
  private readonly losses: Moment[] = [];
  private readonly reopenings: Moment[] = [];
  private lastWin: Moment | null = null;

  constructor(deal: Deal) {
    this.deal = deal;
    let ownerId = deal.start.ownerId;
    this.firstOwnerId = ownerId;
    this.arrive(deal.start.place, { at: deal.start.at, ownerId });
    for (const entry of deal.journal) {
      if (entry.kind === 'reassigned') ownerId = entry.to;
      if (entry.kind === 'moved') this.arrive(entry.to, { at: entry.at, ownerId });
    }
  }

  private arrive(place: Place, moment: Moment): void {
    const before = this.stays.at(-1);
    if (before !== undefined) before.leftAt = moment.at;
    this.stays.push({ place, enteredAt: moment.at, leftAt: null });
    const { step } = place.stage;
    const wasClosed = before?.place.stage.id === WON || before?.place.stage.id === LOST;
    if (step === 'lost') {
      if (before?.place.stage.id !== LOST) this.losses.push(moment);
      return;
    }
    if (wasClosed && step !== 'won') this.reopenings.push(moment);
    if (step === 'won') this.lastWin = moment;
    if (step === 'incoming') return;
    const position = STEPS.indexOf(step);
    while (this.reached.length <= position)
      this.reached.push({ ...moment, isSkipped: this.reached.length < position });
  }

  *postings(): Generator<Posting> {
    const { deal } = this;
    if (deal.place.stage.step === 'incoming') return;
    const isReached = (step: (typeof STEPS)[number]): boolean => this.reached.length > STEPS.indexOf(step);
    yield {
      at: deal.start.at,
      ownerId: this.firstOwnerId,
      post(tally) {
        tally.leadsNew += 1;
        if (isReached('qualified')) tally.everQualified += 1;
        if (isReached('proposal')) tally.everProposal += 1;
        if (isReached('won')) tally.everWon += 1;
      },
    };
    for (const [index, step] of STEPS.entries()) {
      const arrival = this.reached[index];
      if (arrival === undefined) break;
      yield {
        ...arrival,
        post(tally) {
          tally.reached[step] += 1;
          if (arrival.isSkipped) tally.skipped[step] += 1;
          else if (step === 'proposal') tally.proposalsSent += 1;
        },
      };
    }
    for (const loss of this.losses) yield { ...loss, post: (tally) => void (tally.lost += 1) };
    for (const moment of this.reopenings) yield { ...moment, post: (tally) => void (tally.reopened += 1) };
    const win = this.lastWin;
    const qualified = this.reached[STEPS.indexOf('qualified')];
    if (deal.place.stage.id !== WON || win === null || qualified === undefined) return;
    yield {
      ...win,
      post(tally) {
        tally.won += 1;
        tally.wonAmount += deal.price;
        tally.cycleSeconds += win.at - deal.start.at;
        tally.closeSeconds += win.at - qualified.at;
      },
    };
  }
}

function order({ step, status_id }: StageTotals): number {
  if (step === 'lost') return 1000;
  return (STEPS as readonly Step[]).indexOf(step) * 10 + (status_id > 61_000_000 ? 1 : 0);
}
