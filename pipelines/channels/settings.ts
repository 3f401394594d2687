import { z } from 'zod';
import { emailSettings } from './email/settings.ts';
import { folderSettings } from './folder/settings.ts';
import { slackSettings } from './slack/settings.ts';
import { telegramSettings } from './telegram/settings.ts';
import { webhookSettings } from './webhook/settings.ts';

/** One entry of `channels` in voronka.yaml. */
export const channelSettings = z.discriminatedUnion('type', [
  emailSettings,
  telegramSettings,
  slackSettings,
  webhookSettings,
  folderSettings,
]);

export type ChannelSettings = z.output<typeof channelSettings>;
