import type { Duration, Fraction } from './tally.ts';

/** Sums of one cell of the work done outside the CRM; everything is whole but `trainingHours`, which counts in halves. */
export class WorkTally {
  callsOut = 0;
  callsOutReached = 0;
  callsIn = 0;
  callsInAnswered = 0;
  callsMissed = 0;
  neverReturned = 0;
  callbackSeconds = 0;
  callbacks = 0;
  talkSeconds = 0;
  talks = 0;
  emailsSent = 0;
  emailsReceived = 0;
  replySeconds = 0;
  replies = 0;
  emailsUnanswered = 0;
  meetingsHeld = 0;
  presentationsHeld = 0;
  meetingsPlanned = 0;
  planAmount = 0;
  planDeals = 0;
  planNewClients = 0;
  planProposals = 0;
  planCalls = 0;
  csatPoints = 0;
  surveys = 0;
  promoters = 0;
  detractors = 0;
  callsReviewed = 0;
  reviewPoints = 0;
  reviewItems = 0;
  trainingHours = 0;
  testPoints = 0;
  tests = 0;

  toJSON(): WorkRecord {
    return {
      calls_out: this.callsOut,
      calls_in: this.callsIn,
      calls_missed: this.callsMissed,
      calls_in_answered: this.callsInAnswered,
      calls_out_answered: this.callsOutReached,
      missed_never_returned: this.neverReturned,
      callback_time: { seconds: this.callbackSeconds, count: this.callbacks },
      talk_time: { seconds: this.talkSeconds, count: this.talks },
      reach_rate: { num: this.callsOutReached, den: this.callsOut },
      missed_rate: { num: this.callsMissed, den: this.callsIn },
      emails_sent: this.emailsSent,
      emails_received: this.emailsReceived,
      email_reply_time: { seconds: this.replySeconds, count: this.replies },
      emails_unanswered: this.emailsUnanswered,
      meetings_held: this.meetingsHeld,
      presentations_held: this.presentationsHeld,
      meetings_planned: this.meetingsPlanned,
      plan_amount: this.planAmount,
      plan_deals: this.planDeals,
      plan_new_clients: this.planNewClients,
      plan_proposals: this.planProposals,
      plan_calls: this.planCalls,
      csat_avg: { num: this.csatPoints, den: this.surveys },
      nps: { num: this.promoters - this.detractors, den: this.surveys },
      calls_reviewed: this.callsReviewed,
      call_score_avg: { num: this.reviewPoints, den: this.reviewItems },
      training_hours: this.trainingHours,
      test_score_avg: { num: this.testPoints, den: this.tests },
    };
  }
}

export interface WorkRecord {
  readonly calls_out: number;
  readonly calls_in: number;
  /** Incoming calls that nobody took, whatever the hour. */
  readonly calls_missed: number;
  readonly calls_in_answered: number;
  readonly calls_out_answered: number;
  /** Missed, and by `until` neither called back nor spoken to when they called again; hidden numbers cannot be. */
  readonly missed_never_returned: number;
  /** From the missed call's end to the next dial of ours, or the client's next call that was taken. */
  readonly callback_time: Duration;
  readonly talk_time: Duration;
  readonly reach_rate: Fraction;
  readonly missed_rate: Fraction;
  readonly emails_sent: number;
  readonly emails_received: number;
  readonly email_reply_time: Duration;
  readonly emails_unanswered: number;
  readonly meetings_held: number;
  readonly presentations_held: number;
  /** After `until`. */
  readonly meetings_planned: number;
  readonly plan_amount: number;
  readonly plan_deals: number;
  readonly plan_new_clients: number;
  readonly plan_proposals: number;
  readonly plan_calls: number;
  readonly csat_avg: Fraction;
  /** Promoters less detractors, of all answers. */
  readonly nps: Fraction;
  readonly calls_reviewed: number;
  readonly call_score_avg: Fraction;
  readonly training_hours: number;
  readonly test_score_avg: Fraction;
}
