import { STEPS, type ReachedStep } from './funnel.ts';

/** Sums of one cell of the ledger; everything is whole, so nothing rounds. */
export class Tally {
  leadsNew = 0;
  won = 0;
  wonAmount = 0;
  lost = 0;
  reopened = 0;
  deleted = 0;
  declined = 0;
  everWon = 0;
  everQualified = 0;
  everProposal = 0;
  proposalsSent = 0;
  cycleSeconds = 0;
  closeSeconds = 0;
  readonly reached: Record<ReachedStep, number> = zeroes();
  readonly skipped: Record<ReachedStep, number> = zeroes();

  toJSON(): TallyRecord {
    return {
      leads_new: this.leadsNew,
      deals_won: this.won,
      won_amount: this.wonAmount,
      deals_lost: this.lost,
      avg_check: { num: this.wonAmount, den: this.won },
      close_rate: { num: this.won, den: this.won + this.lost },
      lead_to_won_rate: { num: this.everWon, den: this.leadsNew },
      qualified_rate: { num: this.everQualified, den: this.leadsNew },
      lead_to_proposal_rate: { num: this.everProposal, den: this.leadsNew },
      proposals_sent: this.proposalsSent,
      sales_cycle_time: { seconds: this.cycleSeconds, count: this.won },
      deal_close_time: { seconds: this.closeSeconds, count: this.won },
      deals_reached: { ...this.reached },
      deals_reached_skipped: { ...this.skipped },
      deals_reopened: this.reopened,
      deals_deleted: this.deleted,
      leads_declined: this.declined,
    };
  }
}

export interface Fraction {
  readonly num: number;
  readonly den: number;
}
export interface Duration {
  readonly seconds: number;
  readonly count: number;
}

export interface TallyRecord {
  readonly leads_new: number;
  readonly deals_won: number;
  readonly won_amount: number;
  readonly deals_lost: number;
  readonly avg_check: Fraction;
  readonly close_rate: Fraction;
  readonly lead_to_won_rate: Fraction;
  readonly qualified_rate: Fraction;
  readonly lead_to_proposal_rate: Fraction;
  readonly proposals_sent: number;
  readonly sales_cycle_time: Duration;
  readonly deal_close_time: Duration;
  readonly deals_reached: Readonly<Record<ReachedStep, number>>;
  readonly deals_reached_skipped: Readonly<Record<ReachedStep, number>>;
  readonly deals_reopened: number;
  /** Every deal deleted now, those declined from «Неразобранное» included. */
  readonly deals_deleted: number;
  readonly leads_declined: number;
}

function zeroes(): Record<ReachedStep, number> {
  return Object.fromEntries(STEPS.map((step) => [step, 0])) as Record<ReachedStep, number>;
}
