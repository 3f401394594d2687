import { randomInt } from 'node:crypto';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import type { SecureContext } from 'node:tls';

import pg from 'pg';

import { authenticate, type Login } from './auth/authenticate.ts';
import { FailedLogins } from './auth/failed-logins.ts';
import { Users, type SqlUser } from './auth/users.ts';
import { BackendSlots } from './backend/slots.ts';
import { asDelivered } from './catalog/delivered-types.ts';
import { installCatalog } from './catalog/install.ts';
import { catalogSource } from './catalog/source.ts';
import { SqlApiListenError } from './errors.ts';
import { logEntry } from './log/entry.ts';
import { StatementLog } from './log/statement-log.ts';
import { loadParser } from './parser.ts';
import type { StatementRewriter } from './rewriter.ts';
import { Preparer } from './session/prepare.ts';
import { Session } from './session/session.ts';
import { startupSettings } from './startup-settings.ts';
import { readCatalogNames } from './statements/catalog-names.ts';
import { SessionEndError } from './wire/errors.ts';
import { errorResponse } from './wire/messages.ts';
import { readStartup, type StartedClient } from './wire/startup.ts';

export interface SqlApiOptions {
  readonly host: string;
  /** 0 takes a free one; the result says which. */
  readonly port: number;
  readonly tls?: SecureContext | undefined;
  readonly users: readonly SqlUser[];
  /** Checks tokens given as passwords. */
  readonly apiSecret: string;
  /** IANA name: the time zone sessions begin with. */
  readonly timeZone: string;
  /** The owner's pool: makes the catalog, writes the log. */
  readonly pool: pg.Pool;
  /** The role sessions log in with. */
  readonly readerUrl: string;
  readonly views: ReadonlySet<string>;
  readonly getCompilerApi: (context: object) => Promise<unknown>;
  readonly rewriter: StatementRewriter;
  readonly limits: SqlApiLimits;
  readonly onError?: (message: string, error: Error) => void;
}

export interface SqlApiLimits {
  readonly statementTimeoutMs: number;
  readonly idleTimeoutMs: number;
  readonly sessions: number;
  readonly sessionsPerUser: number;
  /** Postgres connections at once; more sessions than these share them. */
  readonly backends: number;
}

export interface RunningSqlApi {
  readonly host: string;
  readonly port: number;
  /** Sessions open now. */
  readonly sessions: number;
  /** Writes the log's last entries at once. */
  flushLog(): Promise<void>;
  /** Ends every session and stops listening. Idempotent. */
  stop(): Promise<void>;
}

const STARTUP_MS = 30_000;
/** Of the connections to Postgres: one user with many sessions leaves some to the others. */
const SHARE_OF_A_USER = 0.5;
/** Bytes of an answer that may wait for a slow client. */
const ANSWER_AHEAD = 1_048_576;

/**
 * Serves the views over the Postgres protocol. Throws SqlApiListenError, TableTakenError, CatalogRightsError.
 */
export async function startSqlApi(options: SqlApiOptions): Promise<RunningSqlApi> {
  const { pool, readerUrl, limits } = options;
  await loadParser();
  const reader = decodeURIComponent(new URL(readerUrl).username);
  const source = await catalogSource(options.getCompilerApi, reader);
  await installCatalog(pool, { ...source, tables: await asDelivered(source.tables, options) });
  const names = await readCatalogNames(pool);
  const { rows } = await pool.query<{ relid: number }>(
    'select relid::int8::float8 as relid from ops.sql_tables',
  );
  const front = new Front(options, {
    preparer: new Preparer(options.rewriter, {
      names,
      views: options.views,
      statementTimeoutMs: limits.statementTimeoutMs,
    }),
    shownTables: new Set(rows.map((row) => Number(row.relid))),
  });
  const server = createServer(
    // With the default of 16 KB every chunk of a long answer would stop the backend until the client has taken it.
    { noDelay: true, keepAlive: true, highWaterMark: ANSWER_AHEAD },
    (socket) => void front.serve(socket),
  );
  const port = await listen(server, options.host, options.port);
  let stopping: Promise<void> | undefined;
  const stop = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    await front.stop();
    await closed;
  };
  return {
    host: options.host,
    port,
    get sessions() {
      return front.sessions;
    },
    flushLog: () => front.flushLog(),
    stop: () => (stopping ??= stop()),
  };
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(new SqlApiListenError(host, port, error)));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** The connections of a running server. */
class Front {
  readonly #options: SqlApiOptions;
  readonly #preparer: Preparer;
  readonly #shownTables: ReadonlySet<number>;
  readonly #users: Users;
  readonly #failures = new FailedLogins();
  readonly #slots: BackendSlots;
  readonly #log: StatementLog;
  /** For cancel requests. */
  readonly #control: pg.Pool;
  readonly #sessions = new Map<number, { session: Session; secret: number; user: string }>();
  readonly #sockets = new Set<Socket>();
  #isStopping = false;

  constructor(options: SqlApiOptions, parts: { preparer: Preparer; shownTables: ReadonlySet<number> }) {
    this.#options = options;
    this.#preparer = parts.preparer;
    this.#shownTables = parts.shownTables;
    this.#users = new Users(options.users, options.apiSecret);
    const { backends } = options.limits;
    this.#slots = new BackendSlots(backends, Math.ceil(backends * SHARE_OF_A_USER));
    this.#log = new StatementLog(options.pool, (error) => options.onError?.('writing the log', error));
    this.#control = new pg.Pool({ connectionString: options.readerUrl, max: 1, idleTimeoutMillis: 10_000 });
    this.#control.on('error', () => undefined);
  }

  get sessions(): number {
    return this.#sessions.size;
  }

  flushLog(): Promise<void> {
    return this.#log.flush();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const { session } of this.#sessions.values()) {
      session.end('57P01', 'terminating connection: the server is being stopped');
    }
    for (const socket of this.#sockets) socket.destroySoon();
    await this.#control.end();
    await this.#log.close();
  }

  /** One connection from its first byte to its last. Never throws. */
  async serve(socket: Socket): Promise<void> {
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
    socket.on('error', () => socket.destroy());
    const tooSlow = setTimeout(() => socket.destroy(), STARTUP_MS);
    let started: StartedClient | undefined;
    try {
      const wish = await readStartup(socket, this.#options.tls);
      if (wish?.kind === 'cancel') await this.#cancel(wish.id, wish.secret);
      if (wish?.kind === 'session') {
        started = wish;
        started.socket.on('error', () => socket.destroy());
        const login = await this.#login(started, socket.remoteAddress ?? '');
        clearTimeout(tooSlow);
        if (login) await this.#run(started, login);
      }
    } catch (error) {
      this.#tell(started?.socket ?? socket, error);
    } finally {
      clearTimeout(tooSlow);
      socket.end();
    }
  }

  async #login(
    { socket, reader, isEncrypted, parameters }: StartedClient,
    address: string,
  ): Promise<Login | undefined> {
    const name = parameters.get('user') ?? '';
    if (name === '')
      throw new SessionEndError('28000', 'no PostgreSQL user name specified in startup packet');
    const login = await authenticate(
      { socket, reader, name, remoteAddress: address, isPrivate: isEncrypted || isLoopback(address) },
      this.#users,
      this.#failures,
    );
    if (login) this.#assertRoom(login);
    return login;
  }

  #assertRoom({ name, maxSessions }: Login): void {
    const { sessions, sessionsPerUser } = this.#options.limits;
    if (this.#sessions.size >= sessions) {
      throw new SessionEndError('53300', `sorry, too many clients already: ${sessions} sessions are open`);
    }
    const own = [...this.#sessions.values()].filter(({ user }) => user === name).length;
    if (own >= (maxSessions ?? sessionsPerUser)) {
      throw new SessionEndError('53300', `too many connections for user "${name}": ${own} sessions are open`);
    }
  }

  async #run(client: StartedClient, login: Login): Promise<void> {
    const { readerUrl, timeZone, limits } = this.#options;
    const key = { id: this.#freeId(), secret: randomInt(-(2 ** 31), 2 ** 31 - 1) };
    const session = new Session({
      client,
      login,
      readerUrl,
      slots: this.#slots,
      preparer: this.#preparer,
      settings: startupSettings(client.parameters, {
        role: login.securityContext.role,
        timeZone,
        statementTimeoutMs: limits.statementTimeoutMs,
      }),
      firstTimeZone: timeZone,
      key,
      idleTimeoutMs: limits.idleTimeoutMs,
      isShownTable: (oid) => this.#shownTables.has(oid) || oid < 16_384,
      cancel: (pid) => void this.#cancelBackend(pid),
      onFinished: (finished, who) => {
        const entry = logEntry(finished, who);
        if (entry) this.#log.add(entry);
      },
    });
    this.#sessions.set(key.id, { session, secret: key.secret, user: login.name });
    try {
      await session.run();
    } finally {
      this.#sessions.delete(key.id);
    }
  }

  /** Like Postgres, says nothing to a wrong key. */
  async #cancel(id: number, secret: number): Promise<void> {
    const found = this.#sessions.get(id);
    const pid = found?.secret === secret ? found.session.backendPid : undefined;
    if (pid !== undefined) await this.#cancelBackend(pid);
  }

  async #cancelBackend(pid: number): Promise<void> {
    if (this.#isStopping) return;
    try {
      await this.#control.query('select pg_cancel_backend($1)', [pid]);
    } catch (error) {
      this.#options.onError?.('cancelling a statement', error as Error);
    }
  }

  #freeId(): number {
    for (;;) {
      const id = randomInt(1, 2 ** 31 - 1);
      if (!this.#sessions.has(id)) return id;
    }
  }

  #tell(socket: StartedClient['socket'], error: unknown): void {
    if (!socket.writable) return;
    if (error instanceof SessionEndError) {
      socket.end(errorResponse(error.fields));
      return;
    }
    const { code } = error as { code?: unknown };
    // A client that does not finish its TLS handshake is no trouble of the server's.
    if (typeof code === 'string' && /^(ERR_SSL|ECONN|EPIPE)/.test(code)) return;
    this.#options.onError?.('a session could not begin', error as Error);
    socket.end(errorResponse({ severity: 'FATAL', sqlState: 'XX000', message: 'Internal error' }));
  }
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.');
}
