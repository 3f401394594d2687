import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';

/** What a receiver does with the next message. `taken_…`: it takes it, and its answer says otherwise or never comes. */
export type Fault = 'refuse' | 'busy' | 'broken' | 'taken_broken' | 'taken_silent';

export interface Received {
  readonly address: string;
  readonly text: string;
  /** Message-ID, Idempotency-Key, or what the chat numbered it. */
  readonly id: string;
}

export interface StandIn {
  readonly url: string;
  /** In the order they were taken, repeats included. */
  readonly received: Received[];
  /** Used up one by one. */
  readonly faults: Fault[];
  stop(): Promise<void>;
}

/** A mail server. Like a mail store it can be asked what a reader sees: a second copy of a Message-ID is dropped. */
export async function smtpStandIn(): Promise<StandIn & { mailbox(): Received[]; raw: string[] }> {
  const received: Received[] = [];
  const faults: Fault[] = [];
  const raw: string[] = [];
  const server = new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS'],
    onRcptTo(address, _session, callback) {
      if (faults[0] !== 'refuse') return callback();
      faults.shift();
      callback(Object.assign(new Error('no such mailbox'), { responseCode: 550 }));
    },
    onData(stream, session, callback) {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8');
        const fault = faults.shift();
        if (fault === 'busy' || fault === 'broken')
          return callback(Object.assign(new Error('try later'), { responseCode: 451 }));
        raw.push(text);
        received.push({
          address: session.envelope.rcptTo[0]?.address ?? '',
          text: subjectOf(text),
          id: /^Message-ID: (\S+)/im.exec(text)?.[1] ?? '',
        });
        if (fault === 'taken_silent') return void setTimeout(() => closeAll(), 50);
        if (fault === 'taken_broken')
          return callback(Object.assign(new Error('oops'), { responseCode: 451 }));
        callback();
      });
    },
  });
  // A connection cut in the middle is what these tests are about.
  server.on('error', () => undefined);
  const closeAll = (): void => {
    for (const connection of (server as unknown as { connections: Set<{ _socket: { destroy(): void } }> })
      .connections)
      connection._socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.server.address() as AddressInfo;
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    faults,
    raw,
    mailbox: () => [...new Map([...received].reverse().map((mail) => [mail.id, mail])).values()].reverse(),
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function subjectOf(text: string): string {
  return /^Subject: (.*)$/im.exec(text)?.[1]?.trim() ?? '';
}

/** The Bot API as far as voronka uses it: ids of a chat grow, and other people write there, too. */
export async function telegramStandIn(): Promise<StandIn & { chatter(chat: string): void }> {
  const received: Received[] = [];
  const faults: Fault[] = [];
  const chats = new Map<string, { own: boolean }[]>();
  const chatOf = (chat: string): { own: boolean }[] => {
    if (!chats.has(chat)) chats.set(chat, []);
    return chats.get(chat)!;
  };
  const server = await listen(async (request, response) => {
    const body = await bodyOf(request);
    const method = request.url?.split('/').at(-1) ?? '';
    if (!request.url?.startsWith('/botTOKEN/'))
      return answer(response, 401, { ok: false, error_code: 401, description: 'Unauthorized' });
    const fields = fieldsOf(request, body);
    const chat = chatOf(fields['chat_id'] ?? '');
    if (method === 'editMessageReplyMarkup') {
      const message = chat[Number(fields['message_id']) - 1];
      const description = !message
        ? 'Bad Request: message to edit not found'
        : message.own
          ? 'Bad Request: message is not modified: specified new message content and reply markup are exactly the same'
          : "Bad Request: message can't be edited";
      return answer(response, 400, { ok: false, error_code: 400, description });
    }
    const fault = faults.shift();
    if (fault === 'busy')
      return answer(response, 429, {
        ok: false,
        error_code: 429,
        description: 'Too Many Requests',
        parameters: { retry_after: 1 },
      });
    if (fault === 'refuse')
      return answer(response, 403, {
        ok: false,
        error_code: 403,
        description: 'Forbidden: bot was blocked by the user',
      });
    if (fault === 'broken')
      return answer(response, 502, { ok: false, error_code: 502, description: 'Bad Gateway' });
    chat.push({ own: true });
    received.push({
      address: fields['chat_id'] ?? '',
      text: fields['text'] ?? fields['document'] ?? '',
      id: String(chat.length),
    });
    if (fault === 'taken_broken')
      return answer(response, 502, { ok: false, error_code: 502, description: 'Bad Gateway' });
    if (fault === 'taken_silent') return void response.destroy();
    answer(response, 200, { ok: true, result: { message_id: chat.length } });
  });
  return { ...server, received, faults, chatter: (chat) => void chatOf(chat).push({ own: false }) };
}

/** An incoming webhook: Slack's (text only), or anybody's that knows idempotency keys. */
export async function hookStandIn(): Promise<
  StandIn & { requests: { headers: IncomingMessage['headers']; body: string }[] }
> {
  const received: Received[] = [];
  const faults: Fault[] = [];
  const requests: { headers: IncomingMessage['headers']; body: string }[] = [];
  const server = await listen(async (request, response) => {
    const body = await bodyOf(request);
    requests.push({ headers: request.headers, body });
    const fault = faults.shift();
    if (fault === 'busy') return answer(response, 429, {}, { 'retry-after': '1' });
    if (fault === 'refuse') return answer(response, 400, { error: 'invalid_payload' });
    if (fault === 'broken') return answer(response, 503, {});
    const { subject, text, address } = JSON.parse(body) as {
      subject?: string;
      text: string;
      address?: string;
    };
    received.push({
      address: address ?? '',
      text: subject ?? text,
      id: String(request.headers['idempotency-key'] ?? ''),
    });
    if (fault === 'taken_broken') return answer(response, 500, {});
    if (fault === 'taken_silent') return void response.destroy();
    response.writeHead(200).end('ok');
  });
  return { ...server, received, faults, requests };
}

async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void> | void,
): Promise<Pick<StandIn, 'url' | 'stop'>> {
  const server: Server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function fieldsOf(request: IncomingMessage, body: string): Record<string, string> {
  if (/json/.test(request.headers['content-type'] ?? ''))
    return Object.fromEntries(
      Object.entries(JSON.parse(body) as Record<string, unknown>).map(([name, value]) => [
        name,
        String(value),
      ]),
    );
  return Object.fromEntries(
    [
      ...body.matchAll(/name="(\w+)"(?:; filename="([^"]*)")?[^\n]*\r\n(?:[^\n]+\r\n)*\r\n([^]*?)\r\n--/g),
    ].map(([, name = '', file, value = '']) => [name, file ?? value]),
  );
}

function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
