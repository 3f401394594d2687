import { z } from 'zod';
import { environmentVariable, sourceName } from '../../config/fields.ts';

export const telegramSettings = z.strictObject({
  type: z.literal('telegram'),
  name: sourceName,
  /** Of the bot, as @BotFather gave it. */
  token_env: environmentVariable,
  /** Another address of the Bot API: a server of one's own. */
  api_url: z.url().default('https://api.telegram.org'),
});
