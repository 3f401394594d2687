import type { Principal } from '../auth/principal.ts';
import type { FaultBoard } from '../faults/fault-board.ts';
import type { Life } from '../life/life.ts';
import type { HookBoard } from '../webhooks/hook-board.ts';
import type { Crm } from '../state/crm.ts';
import type { PhpQuery } from './php-query.ts';

/** One request to the API, past authorization. */
export interface Call {
  readonly method: string;
  /** `/api/v4/leads`. */
  readonly path: string;
  /** The path after `/api/v4/`: `['leads', '17']`. */
  readonly segments: readonly string[];
  readonly query: PhpQuery;
  /** `http://127.0.0.1:41234`: what the client called; links to other pages begin with it. */
  readonly origin: string;
  readonly principal: Principal;
  readonly body: string;
  readonly crm: Crm;
  readonly life: Life;
  readonly hooks: HookBoard;
  readonly faults: FaultBoard;
  /** Grows from request to request. */
  readonly serial: number;
  /** Unix seconds. */
  readonly now: number;
  /** Ids of the rows this answer shows, for those who change them behind the reader's back. */
  readonly shown: (number | string)[];
  /** Notes that the client asked for something the documentation does not know. */
  unexpected(reason: string): void;
}
