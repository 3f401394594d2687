import type pg from 'pg';
import { createAlertMarts } from './alert-marts.ts';
import { createCallMarts } from './calls-fixture.ts';
import { createClientMarts } from './clients-marts.ts';
import { createDealMarts } from './deal-marts.ts';
import { createFileMarts } from './files-marts.ts';
import { createForecastMarts, createWarningMarts } from './forecast-marts.ts';
import { createMailMarts } from './mail-fixture.ts';
import { createMeetingMarts } from './meetings-fixture.ts';
import { createPeopleMarts } from './people-marts.ts';

/** The marts of the tiny company that have files of their own; those of its deals are there already. */
export async function createMartsOfParts(pool: pg.Pool): Promise<void> {
  await createCallMarts(pool);
  await createMailMarts(pool);
  await createFileMarts(pool);
  await createMeetingMarts(pool);
  await createClientMarts(pool);
  await createPeopleMarts(pool);
  await createForecastMarts(pool);
  await createWarningMarts(pool);
  await createDealMarts(pool);
  await createAlertMarts(pool);
}
