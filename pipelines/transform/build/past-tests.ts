import type { Since } from './changes.ts';
import type { BuildContext } from './build-context.ts';

/** What the last build of this project to be published found. */
export interface PastTests extends Since {
  /** Test → fingerprint of the SQL that passed. */
  readonly passed: ReadonlyMap<string, string>;
}

/** @returns undefined when there was none, or it was of another cluster; a full build asks everything again, too. */
export async function passedBefore(context: BuildContext): Promise<PastTests | undefined> {
  if (context.isFull) return undefined;
  const { rows } = await context.client.query<{
    buildId: string;
    through: string;
    isOfThisQuarter: boolean;
    test: string | null;
    fingerprint: string;
  }>(
    `select past.build_id::text as "buildId", past.built_through::text as through, past."isOfThisQuarter", tests.test, tests.fingerprint
     from (
       select build_id, built_through, date_bin('15 min', started_at, 'epoch') = date_bin('15 min', now(), 'epoch') as "isOfThisQuarter"
       from ops.builds
       where project = $1 and status = 'succeeded' and system_identifier = $2
       order by build_id desc limit 1
     ) as past
     left join ops.build_tests as tests
       on tests.build_id = past.build_id and tests.status = 'passed' and tests.fingerprint is not null`,
    [context.manifest.projectName, context.watermark.systemIdentifier],
  );
  const last = rows[0];
  if (last === undefined) return undefined;
  const passed = new Map(
    rows.flatMap(({ test, fingerprint }) => (test === null ? [] : [[test, fingerprint]])),
  );
  return { ...last, passed };
}
