import { z } from 'zod';
import { environmentVariable, sourceName } from '../../config/fields.ts';

export const slackSettings = z.strictObject({
  type: z.literal('slack'),
  name: sourceName,
  /** The incoming webhook's address, which is its secret, too. Mattermost and Rocket.Chat take the same. */
  url_env: environmentVariable,
});
