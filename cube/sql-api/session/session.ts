import type { Duplex } from 'node:stream';

import type { Login } from '../auth/authenticate.ts';
import type { BackendSlots } from '../backend/slots.ts';
import {
  BackendMessages,
  errorFields,
  hideTableOids,
  type BackendMessage,
} from '../wire/backend-messages.ts';
import { encodingOf } from '../wire/encodings.ts';
import { SessionEndError } from '../wire/errors.ts';
import { readMessage, type FrontendMessage } from '../wire/frontend-messages.ts';
import { backendKeyData, errorResponse, parameterStatus, readyForQuery, textRow } from '../wire/messages.ts';
import type { StartedClient } from '../wire/startup.ts';
import { BackendLink } from './backend-link.ts';
import { Pipeline, type Finished } from './pipeline.ts';
import { REFUSED, type Preparer } from './prepare.ts';
import { StatementTexts } from './statement-texts.ts';

export interface SessionOptions {
  readonly client: StartedClient;
  readonly login: Login;
  readonly readerUrl: string;
  readonly slots: BackendSlots;
  readonly preparer: Preparer;
  /** Settings the backend starts with. */
  readonly settings: ReadonlyMap<string, string>;
  readonly firstTimeZone: string;
  /** What a cancel request must bring. */
  readonly key: { readonly id: number; readonly secret: number };
  readonly idleTimeoutMs: number;
  /** Numbers of the tables the catalog shows. */
  readonly isShownTable: (oid: number) => boolean;
  /** Cancels the statement of a backend whose client has gone. */
  readonly cancel: (pid: number) => void;
  readonly onFinished: (finished: Finished, session: { login: Login; application: string }) => void;
}

/** Bytes from which a chunk is taken for a part of a long answer. */
const LONG_CHUNK = 4_096;
/** Bytes of a full read: more is waiting already. */
const FULL_CHUNK = 65_536;
/** Postgres sends 8 kB at a time; what comes in so long leaves in one piece, and both sides are woken an eighth as often. */
const GATHER_MS = 1;

/** A client at work: its messages to a backend of its own, the backend's to the client, neither faster than the other takes them. */
export class Session {
  readonly #options: SessionOptions;
  readonly #socket: Duplex;
  readonly #pipeline = new Pipeline();
  readonly #texts: StatementTexts;
  readonly #link: BackendLink;
  readonly #parameters = new Map<string, string>();
  readonly #fromBackend: BackendMessages;
  #transaction = 'I';
  #isTaking = false;
  #zoneAhead: string | undefined;
  #idleTimer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#socket = options.client.socket;
    this.#fromBackend = new BackendMessages({
      onMessage: (message) => this.#answer(message),
      onRows: (count) => this.#pipeline.addRows(count),
    });
    this.#link = new BackendLink({
      readerUrl: options.readerUrl,
      slots: options.slots,
      user: options.login.name,
      settings: options.settings,
      onData: (chunk) => this.#forward(chunk),
      onLost: () => this.#socket.end(),
      isIdle: () => this.#isIdle(),
    });
    this.#texts = new StatementTexts({
      pipeline: this.#pipeline,
      encoding: () => encodingOf(this.#parameters.get('client_encoding') ?? 'UTF8') ?? 'utf8',
      prepare: async (sql) => {
        const prepared = await options.preparer.prepare(sql, {
          securityContext: options.login.securityContext,
          timeZone: this.#zoneAhead ?? this.#parameters.get('TimeZone') ?? options.firstTimeZone,
          firstTimeZone: options.firstTimeZone,
        });
        if (prepared.timeZone !== undefined) this.#zoneAhead = prepared.timeZone;
        return prepared;
      },
    });
  }

  get backendPid(): number | undefined {
    return this.#pipeline.isEmpty ? undefined : this.#link.current?.pid;
  }

  /** Serves until the client leaves or must. */
  async run(): Promise<void> {
    const { reader } = this.#options.client;
    try {
      await this.#greet();
      for (;;) {
        const message = await readMessage(reader);
        if (message === undefined || message.type === 'X') return;
        this.#isTaking = true;
        await this.#take(message);
        this.#isTaking = false;
        if (this.#isIdle()) this.#rest();
      }
    } catch (error) {
      this.#tell(error);
    } finally {
      this.close();
    }
  }

  /** Ends it with a word to the client. */
  end(sqlState: string, message: string): void {
    if (this.#isOver) return;
    this.#socket.write(errorResponse({ severity: 'FATAL', sqlState, message }));
    this.close();
  }

  close(): void {
    const pid = this.backendPid;
    if (pid !== undefined && !this.#isOver) this.#options.cancel(pid);
    this.#isOver = true;
    clearTimeout(this.#idleTimer);
    this.#link.close();
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), 2_000).unref();
  }

  async #greet(): Promise<void> {
    const { key } = this.#options;
    const backend = await this.#link.use();
    for (const [name, value] of backend.parameters) this.#parameters.set(name, value);
    this.#socket.write(
      Buffer.concat([
        ...[...backend.parameters].map(([name, value]) => parameterStatus(name, value)),
        backendKeyData(key.id, key.secret),
        readyForQuery('I'),
      ]),
    );
    this.#rest();
  }

  async #take(message: FrontendMessage): Promise<void> {
    clearTimeout(this.#idleTimer);
    const backend = await this.#link.use();
    const bytes = await this.#texts.translate(message);
    const { socket } = backend;
    if (socket.destroyed) return;
    // Messages that came together leave together.
    if (socket.writableCorked === 0) {
      socket.cork();
      process.nextTick(() => socket.uncork());
    }
    if (!socket.write(bytes)) {
      await new Promise<void>((resolve) => {
        socket.once('drain', resolve);
        socket.once('close', resolve);
      });
    }
  }

  #isIdle(): boolean {
    return (
      !this.#isTaking &&
      this.#pipeline.isEmpty &&
      this.#transaction === 'I' &&
      this.#options.client.reader.buffered === 0 &&
      // What is noted of a session is noted in UTF-8.
      encodingOf(this.#parameters.get('client_encoding') ?? 'UTF8') === 'utf8'
    );
  }

  #rest(): void {
    this.#link.rest();
    clearTimeout(this.#idleTimer);
    this.#idleTimer = setTimeout(
      () => this.end('57P05', 'terminating connection due to idle-session timeout'),
      this.#options.idleTimeoutMs,
    ).unref();
  }

  #forward(chunk: Buffer): void {
    const backend = this.#link.current?.socket;
    const client = this.#socket;
    // What one look at the backend's socket brings of a long answer leaves in one piece.
    const isLong = chunk.length >= LONG_CHUNK;
    if (isLong && client.writableCorked === 0) {
      client.cork();
      setImmediate(() => client.uncork());
    }
    let isTaken = true;
    for (const bytes of this.#fromBackend.take(chunk)) isTaken = client.write(bytes);
    if (backend === undefined || backend.isPaused()) return;
    if (!isTaken) {
      backend.pause();
      client.once('drain', () => backend.resume());
    } else if (isLong && chunk.length < FULL_CHUNK && !this.#pipeline.isEmpty) {
      backend.pause();
      setTimeout(() => backend.resume(), GATHER_MS);
    }
  }

  #answer(message: BackendMessage): Buffer | undefined {
    const { statement, finished } = this.#pipeline.take(message);
    if (finished) {
      const refused =
        finished.error && isMarked(finished.error.message) ? finished.statement.refusal : undefined;
      const error = refused ? { sqlState: refused.sqlState, message: refused.message } : finished.error;
      this.#options.onFinished(
        { ...finished, error },
        { login: this.#options.login, application: this.#parameters.get('application_name') ?? '' },
      );
    }
    switch (message.type) {
      case 'E': {
        const fields = errorFields(message.body);
        if (statement?.refusal && isMarked(fields.get('M') ?? '')) return errorResponse(statement.refusal);
        return statement?.isChanged ? withoutPlaces(fields) : message.bytes;
      }
      case 'T':
        hideTableOids(message.body, this.#options.isShownTable);
        return message.bytes;
      case 'C':
        return statement && statement.explained.length > 0
          ? Buffer.concat([...statement.explained.map(textRow), message.bytes])
          : message.bytes;
      case 'S':
        this.#noteParameter(message.body);
        return message.bytes;
      case 'Z':
        this.#transaction = String.fromCharCode(message.body[0] ?? 73);
        if (this.#pipeline.isEmpty) this.#zoneAhead = undefined;
        if (this.#isIdle()) this.#rest();
        return message.bytes;
      default:
        return message.bytes;
    }
  }

  #noteParameter(body: Buffer): void {
    const [name = '', value = ''] = body.toString('utf8').split('\0');
    this.#parameters.set(name, value);
  }

  #tell(error: unknown): void {
    if (this.#isOver) return;
    const fields =
      error instanceof SessionEndError
        ? error.fields
        : {
            severity: 'FATAL' as const,
            sqlState: 'XX000',
            message: `Internal error: ${(error as Error).message}`,
          };
    this.#socket.write(errorResponse(fields));
  }
}

const isMarked = (message: string): boolean => message.includes(REFUSED);

/** Positions, and the statement around an error, are those of the rewritten text, which the client never wrote. */
function withoutPlaces(fields: ReadonlyMap<string, string>): Buffer {
  const detail = fields.get('D');
  const hint = fields.get('H');
  return errorResponse({
    severity: fields.get('V') === 'FATAL' ? 'FATAL' : 'ERROR',
    sqlState: fields.get('C') ?? 'XX000',
    message: fields.get('M') ?? '',
    ...(detail !== undefined && { detail }),
    ...(hint !== undefined && { hint }),
  });
}
