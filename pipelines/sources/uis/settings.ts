import { z } from 'zod';
import { duration, environmentVariable, sharedSourceFields, sourceName } from '../../config/fields.ts';
import { pbxFields } from '../../config/people.ts';

export const uisSettings = z.strictObject({
  type: z.literal('uis'),
  name: sourceName.default('uis'),
  /** UIS, CoMagic, Novofon and CallGear speak the same Data API at addresses of their own. */
  base_url: z
    .url({ protocol: /^https?$/, error: 'expected an address like https://dataapi.uiscom.ru/v2.0' })
    .default('https://dataapi.uiscom.ru/v2.0'),
  token_env: environmentVariable,
  ...pbxFields,
  /** Every sync reads so far back again: what was edited since, and calls that were still going on. */
  overlap: duration.default('3d'),
  ...sharedSourceFields,
});

export type UisSettings = Readonly<z.output<typeof uisSettings>>;
