import { createHash } from 'node:crypto';
import { createTransport, type SendMailOptions } from 'nodemailer';
import { readSecret } from '../../config/secrets.ts';
import type { Channel, ChannelKind, Delivery } from '../channel.ts';
import { DeliveryError, type Failure } from '../errors.ts';
import { emailSettings } from './settings.ts';

/** What nodemailer adds to an error: the SMTP command it was at, and the server's code when it gave one. */
interface SmtpError extends Error {
  readonly code?: string;
  readonly command?: string;
  readonly responseCode?: number;
}

export const email: ChannelKind<typeof emailSettings> = {
  type: 'email',
  settings: emailSettings,
  open({ from, reply_to: replyTo, server_env: variable }, environment): Channel {
    const url = readSecret(
      variable,
      'the address of the mail server, with its user and password',
      environment,
    );
    const transport = createTransport(url, { from });
    const sender = /@([^\s>]+)/.exec(from)?.[1] ?? 'localhost';
    return {
      // Message-ID and Date are the message's own, the same at every attempt: mail stores drop a second copy by them.
      repeats: 'known',
      async send(delivery) {
        try {
          const sent = await transport.sendMail({
            ...mailOf(delivery),
            messageId: messageId(delivery.key, sender),
            ...(replyTo !== undefined && { replyTo }),
          });
          return sent.messageId;
        } catch (error) {
          throw failed(error as SmtpError);
        }
      },
      close: () => transport.close(),
    };
  },
};

/** RFC 5322 3.6.4: unique for ever; made from the key, so that every attempt has the same. */
export function messageId(key: string, domain: string): string {
  return `<${createHash('sha256').update(key).digest('hex').slice(0, 40)}@${domain}>`;
}

function mailOf({ address, content, createdAt }: Delivery): SendMailOptions {
  return {
    to: address,
    subject: content.subject,
    date: createdAt,
    text: content.text,
    ...(content.html !== undefined && { html: content.html }),
    // Robots should not answer it (RFC 3834), and no mail of ours counts as somebody's correspondence.
    headers: { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' },
    attachments: [
      ...(content.images ?? []).map(({ cid, base64 }) => ({
        cid,
        filename: `${cid}.png`,
        content: base64,
        encoding: 'base64',
        contentDisposition: 'inline' as const,
      })),
      ...(content.attachments ?? []).map(({ name, type, base64 }) => ({
        filename: name,
        contentType: type,
        content: base64,
        encoding: 'base64',
      })),
    ],
  };
}

function failed(error: SmtpError): DeliveryError {
  const { code = '', command = '', responseCode } = error;
  const said = `The mail server said: ${error.message}`;
  return new DeliveryError(failureOf(code, command, responseCode), said, { cause: error });
}

function failureOf(code: string, command: string, responseCode: number | undefined): Failure {
  // A wrong password is the channel's trouble, not the message's.
  if (code === 'EAUTH') return 'later';
  if (responseCode !== undefined) {
    const isOfMessage =
      command === 'RCPT TO' || command === 'DATA' || code === 'EENVELOPE' || code === 'EMESSAGE';
    return responseCode >= 500 && isOfMessage ? 'refused' : 'later';
  }
  // Cut off after the text went out: it is taken or not. Before that, it is not.
  return command === 'DATA' || (command !== 'CONN' && code === 'ETIMEDOUT') ? 'in_doubt' : 'later';
}
