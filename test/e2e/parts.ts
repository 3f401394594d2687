import type { Browser } from 'playwright-core';
import type { Role } from '../../cube/auth.ts';
import type { DemoCompany } from './demo-company.ts';

/** What the tests over one running demo share; there only once it has started. */
export interface Parts {
  readonly demo: () => DemoCompany;
  readonly browser: () => Browser;
  readonly token: (role: Role) => string;
  /** Names of managers whom a session of this role may not see. */
  readonly strangers: (role: Role) => readonly string[];
}
