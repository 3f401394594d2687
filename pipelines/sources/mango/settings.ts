import { z } from 'zod';
import { duration, environmentVariable, sharedSourceFields, sourceName } from '../../config/fields.ts';
import { pbxFields } from '../../config/people.ts';

export const mangoSettings = z.strictObject({
  type: z.literal('mango'),
  name: sourceName.default('mango'),
  base_url: z
    .url({ protocol: /^https?$/, error: 'expected an address like https://app.mango-office.ru' })
    .default('https://app.mango-office.ru'),
  /** vpbx_api_key, "unique code of your PBX". */
  key_env: environmentVariable,
  /** vpbx_api_salt, "key for the signature". */
  salt_env: environmentVariable,
  ...pbxFields,
  /** How far the times of the statistics run ahead of unix time: 3h for a PBX that tells Moscow time as if it were UTC. */
  epoch_offset: duration.default('0s'),
  /** Every sync reads so far back again: a leg shows when it has ended. */
  overlap: duration.default('1d'),
  /** The longest stretch asked for at once, at most 27d; shorter ones for phone systems with more than 10,000 calls a day. */
  window: duration.default('27d'),
  /** The vendor allows one statistic in two seconds. */
  report_every: duration.default('2s'),
  ...sharedSourceFields,
  /** The PBX tells of calls that have ended, and they are read some seconds later, between the reads of the schedule. */
  webhooks: z
    .strictObject({
      enabled: z.boolean().default(false),
      /** How long the first news of a call waits for more. */
      debounce: duration.default('10s'),
    })
    .optional(),
});

export type MangoSettings = Readonly<z.output<typeof mangoSettings>>;
