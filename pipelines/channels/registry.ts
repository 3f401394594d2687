import type { Channel, ChannelKind } from './channel.ts';
import { email } from './email/index.ts';
import { folder } from './folder/index.ts';
import type { ChannelSettings } from './settings.ts';
import { slack } from './slack/index.ts';
import { telegram } from './telegram/index.ts';
import { webhook } from './webhook/index.ts';

/** All kinds of channel. A new one is a folder with its settings and its kind, named here, in settings.ts and in addresses.ts. */
const KINDS = { email, telegram, slack, webhook, folder };

export function channelKind(settings: Pick<ChannelSettings, 'type'>): ChannelKind {
  return KINDS[settings.type];
}

/** Throws SecretMissingError. */
export function openChannel(
  settings: ChannelSettings,
  environment: NodeJS.ProcessEnv = process.env,
): Channel {
  return channelKind(settings).open(settings, environment);
}
