import { readSecret } from '../../config/secrets.ts';
import type { Attachment, Channel, ChannelKind, Delivery, Taken } from '../channel.ts';
import { DeliveryError } from '../errors.ts';
import { post } from '../post.ts';
import { telegramSettings } from './settings.ts';

/** https://core.telegram.org/bots/api#sendmessage: 1 to 4096 characters. */
const LONGEST_TEXT = 4_096;
/** How many ids after the last known one are looked at for a message in doubt. */
const IDS_LOOKED_AT = 40;

interface Answer {
  readonly ok: boolean;
  readonly result?: { readonly message_id?: number } | boolean;
  readonly error_code?: number;
  readonly description?: string;
  readonly parameters?: { readonly retry_after?: number };
}

export const telegram: ChannelKind<typeof telegramSettings> = {
  type: 'telegram',
  settings: telegramSettings,
  /** The text, then each file: a request each. */
  split: (content) => [
    { subject: content.subject, text: content.brief ?? content.text },
    ...(content.attachments ?? []).map((file) => ({
      subject: file.name,
      text: file.name,
      attachments: [file],
    })),
  ],
  open({ token_env: variable, api_url: api }, environment): Channel {
    const token = readSecret(variable, 'the token of the Telegram bot', environment);
    const call = (method: string, body: string | FormData): Promise<Answer> =>
      ask(`${api}/bot${token}/${method}`, body);
    return {
      repeats: 'seen',
      async send(delivery) {
        const file = delivery.content.attachments?.[0];
        const answer = file
          ? await call('sendDocument', documentForm(delivery, file))
          : await call(
              'sendMessage',
              JSON.stringify({
                chat_id: delivery.address,
                text: textOf(delivery),
                link_preview_options: { is_disabled: true },
              }),
            );
        if (!answer.ok) throw refused(answer);
        return receiptOf(answer);
      },
      wasTaken: (delivery) => findTaken(call, delivery),
      close: () => undefined,
    };
  },
};

/**
 * The Bot API takes no idempotency key and lists no messages, but it tells of one by its id: to take the (absent) buttons off a message of
 * the bot's own is answered "message is not modified", of somebody else's "can't be edited", of none "not found". Ids of a chat only grow,
 * so the message in doubt, if it was taken, is the bot's own one after the last that was sent there. Nothing is changed by asking.
 */
async function findTaken(
  call: (method: string, body: string) => Promise<Answer>,
  { address, lastReceipt }: Delivery,
): Promise<Taken> {
  const last = Number(lastReceipt);
  if (lastReceipt === null || !Number.isInteger(last)) return 'unknown';
  let others = 0;
  for (let id = last + 1; id <= last + IDS_LOOKED_AT; id += 1) {
    const answer = await call('editMessageReplyMarkup', JSON.stringify({ chat_id: address, message_id: id }));
    if (answer.error_code === 429 || (answer.error_code ?? 0) >= 500) throw refused(answer, 'later');
    if (/not modified/i.test(answer.description ?? '')) return { receipt: String(id) };
    if (!/not found/i.test(answer.description ?? '')) others += 1;
  }
  return others === IDS_LOOKED_AT ? 'unknown' : 'no';
}

async function ask(url: string, body: string | FormData): Promise<Answer> {
  const headers = typeof body === 'string' ? { 'content-type': 'application/json' } : {};
  const { status, text } = await post('Telegram', url, { headers, body });
  try {
    return { error_code: status, ...(JSON.parse(text) as Answer) };
  } catch {
    return { ok: false, error_code: status, description: text.slice(0, 200) };
  }
}

function refused(answer: Answer, failure?: 'later'): DeliveryError {
  const { error_code: code = 0, description = '', parameters } = answer;
  const said = `Telegram answered ${code}: ${description}`;
  if (failure === 'later' || code === 429) {
    const seconds = parameters?.retry_after;
    return new DeliveryError('later', said, seconds === undefined ? {} : { retryAfter: seconds });
  }
  if (code >= 500) return new DeliveryError('in_doubt', said);
  // The bot's token is wrong: every message waits until it is mended.
  if (code === 401 || code === 404) return new DeliveryError('later', said);
  return new DeliveryError('refused', said);
}

function receiptOf({ result }: Answer): string | null {
  return typeof result === 'object' && result.message_id !== undefined ? String(result.message_id) : null;
}

function textOf({ content, isRepeat }: Delivery): string {
  const text = `${isRepeat ? '↻ ' : ''}${content.subject}\n\n${content.text}`;
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 2)}…`;
}

function documentForm({ address, isRepeat }: Delivery, file: Attachment): FormData {
  const form = new FormData();
  form.set('chat_id', address);
  if (isRepeat) form.set('caption', '↻');
  form.set('document', new Blob([Buffer.from(file.base64, 'base64')], { type: file.type }), file.name);
  return form;
}
