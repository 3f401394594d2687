import type { ClientBase } from 'pg';
import type { Content } from '../channel.ts';
import { channelKind } from '../registry.ts';
import type { ChannelSettings } from '../settings.ts';

export interface OutgoingMessage {
  /** What the message is; the same key is never posted twice. */
  readonly key: string;
  readonly channel: ChannelSettings;
  readonly address: string;
  readonly content: Content;
}

/**
 * Puts a message into the outbox, in the caller's transaction: it is on its way exactly when what it tells of is committed. Answers whether
 * it was new. A channel that takes a message in several requests gets as many rows, each of which is sent once.
 */
export async function postMessage(client: ClientBase, message: OutgoingMessage): Promise<boolean> {
  const kind = channelKind(message.channel);
  const parts = kind.split?.(message.content) ?? [message.content];
  let isNew = false;
  for (const [index, content] of parts.entries()) {
    const { rowCount } = await client.query(
      `insert into ops.messages (key, channel, address, subject, content) values ($1, $2, $3, $4, $5)
       on conflict (key) do nothing`,
      [
        index === 0 ? message.key : `${message.key}/${index + 1}`,
        message.channel.name,
        message.address,
        content.subject,
        JSON.stringify(content),
      ],
    );
    isNew ||= (rowCount ?? 0) > 0;
  }
  return isNew;
}
