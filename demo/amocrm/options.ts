import type { Integration } from './auth/oauth.ts';
import type { StandInData } from './data/source.ts';
import type { Faults } from './faults/catalogue.ts';
import type { RateLimits } from './http/rate-limiter.ts';

export interface StandInOptions {
  /** A folder of JSON-lines files in the API's shapes; the format is in demo/README.md. Either this or `data`. */
  readonly dataDir?: string;
  /** The same content as values; lists may be generators. */
  readonly data?: StandInData;
  /** 0 = any free port (default). */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Milliseconds before an answer, or a range to draw from. Default 0. */
  readonly latency?: number | readonly [number, number];
  /** Requests a second of one integration; 0 = unlimited. Default 7. */
  readonly rate?: number;
  /** The rest of the rate policy: requests of the whole account, when refusals end in a block. */
  readonly limits?: Partial<Omit<RateLimits, 'perSecond'>>;
  readonly faults?: Faults;
  /** The text of the administrator's long-lived token; made up when absent. */
  readonly token?: string;
  /** The registered OAuth integration. */
  readonly integration?: Partial<Integration>;
  /** Seed of latencies and of faults that strike by chance. Default 1. */
  readonly seed?: number;
  /** Unix seconds at which the clock stands from the start; the machine's running time when absent. */
  readonly now?: number;
}
