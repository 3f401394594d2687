import type { Deal } from '../company/deal.ts';
import type { Extension } from './extensions.ts';

/** What became of a call, seen by the company. */
export type Outcome =
  | 'answered'
  /** Incoming, and nobody picked up though somebody was rung. */
  | 'missed'
  /** Incoming, and the caller hung up before anybody could be rung. */
  | 'abandoned'
  /** Incoming outside working hours: an announcement and no more. */
  | 'after_hours'
  /** Outgoing, nobody picked up, or the manager gave up waiting. */
  | 'not_reached'
  | 'busy'
  | 'failed';

export type LegEnd =
  | 'talked'
  | 'no_answer'
  /** A colleague picked up first. */
  | 'elsewhere'
  | 'busy'
  /** The one who called hung up before an answer. */
  | 'caller_left'
  | 'failed'
  /** Nobody was rung: a machine spoke. */
  | 'announced';

/** One party rung (or one announcement played) within a call. Moments are whole unix seconds. */
export interface Leg {
  readonly startedAt: number;
  /** When a person picked up. */
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly end: LegEnd;
  /** The employee on the near side of an outgoing or internal leg. */
  readonly from: Extension | null;
  /** The employee who was rung; null when it is the outside number, or a machine. */
  readonly to: Extension | null;
  /** The ring group that spread the call. */
  readonly group: RingGroup | null;
  readonly isTransfer: boolean;
}

export interface RingGroup {
  readonly number: string;
  readonly name: string;
}

/**
 * One call as the people in it would tell it, whatever a telephone exchange writes down. An exchange's rows are made from the
 * legs; everything else here is the truth they must fold back to.
 */
export interface Call {
  /** In the order of beginning, from 1. */
  readonly number: number;
  readonly direction: 'in' | 'out' | 'internal';
  readonly startedAt: number;
  /** When the first person picked up. */
  readonly answeredAt: number | null;
  readonly endedAt: number;
  readonly outcome: Outcome;
  /** The outside number, ten digits after +7; null for a hidden one, and inside the company. */
  readonly clientNumber: string | null;
  /** The company's number that was called, or shown to the called. */
  readonly line: string;
  /** Greeting before anybody was rung, seconds. */
  readonly greetingSeconds: number;
  readonly legs: readonly Leg[];
  /** What the call was about, for those who know; null for strangers. */
  readonly deal: Deal | null;
  /** Whether the CRM has a note of it. */
  readonly isNoted: boolean;
}

/** Seconds until a person picked up, or all of them when nobody did. */
export function waitSeconds({ startedAt, answeredAt, endedAt }: Call): number {
  return (answeredAt ?? endedAt) - startedAt;
}

/** Seconds in which two people could talk. No two legs of a call are talked on at once. */
export function talkSeconds({ legs }: Call): number {
  return legs.reduce((sum, leg) => sum + legTalk(leg), 0);
}

export function legTalk({ answeredAt, endedAt }: Leg): number {
  return answeredAt === null ? 0 : endedAt - answeredAt;
}
