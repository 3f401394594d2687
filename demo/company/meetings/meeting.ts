import type { Deal } from '../deal.ts';
import type { Employee } from '../staff.ts';

/** An appointment with a client, or one of colleagues that comes again. Moments are whole unix seconds. */
export interface Meeting {
  readonly uid: string;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Where it stood before it was moved; null for one that never was. */
  readonly movedFrom: number | null;
  readonly host: Employee;
  readonly isPresentation: boolean;
  readonly fate: 'held' | 'cancelled' | 'declined' | 'planned';
  readonly deal: Deal;
}

/** The weekly meeting of a team: Mondays, with days it was called off and one it was moved on. */
export interface TeamMeeting {
  readonly uid: string;
  readonly host: Employee;
  readonly guests: readonly Employee[];
  readonly firstAt: number;
  readonly seconds: number;
  /** Beginnings of those that did not take place. */
  readonly calledOff: readonly number[];
  readonly moved: { readonly from: number; readonly to: number };
}
