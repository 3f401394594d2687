import { createHmac } from 'node:crypto';
import { readSecret } from '../../config/secrets.ts';
import type { ChannelKind } from '../channel.ts';
import { checkAnswer, post } from '../post.ts';
import { webhookSettings } from './settings.ts';

export const webhook: ChannelKind<typeof webhookSettings> = {
  type: 'webhook',
  settings: webhookSettings,
  open: ({ url, secret_env: variable }, environment) => {
    const secret = readSecret(variable, 'the secret that signs messages', environment);
    return {
      // The receiver knows a repeat by its Idempotency-Key.
      repeats: 'known',
      async send({ key, address, content, createdAt }) {
        const body = JSON.stringify({
          key,
          address,
          created_at: createdAt.toISOString(),
          subject: content.subject,
          text: content.text,
          data: content.data ?? null,
          attachments: content.attachments ?? [],
        });
        const seconds = Math.floor(Date.now() / 1_000);
        const answer = await post('The webhook', url, {
          headers: {
            'content-type': 'application/json',
            'idempotency-key': key,
            'x-voronka-signature': `t=${seconds},v1=${signature(secret, seconds, body)}`,
          },
          body,
        });
        checkAnswer('The webhook', answer);
        return null;
      },
      close: () => undefined,
    };
  },
};

/** Hex HMAC-SHA256 of `<seconds>.<body>`; the time is in it so that an old message cannot be played again. */
export function signature(secret: string, seconds: number, body: string): string {
  return createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
}
