import { z } from 'zod';
import { environmentVariable, sourceName } from '../../config/fields.ts';

export const webhookSettings = z.strictObject({
  type: z.literal('webhook'),
  name: sourceName,
  url: z.url({ protocol: /^https?$/ }),
  /** Signs every message. */
  secret_env: environmentVariable,
});
