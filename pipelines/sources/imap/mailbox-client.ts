import { ImapFlow, type AuthOptions, type FetchMessageObject, type MailboxObject } from 'imapflow';
import { readSecret } from '../../config/index.ts';
import { StreamMissingError } from '../engine/errors.ts';
import { FOLDER_ROLES, roleByName, type FolderRole } from '../mail/folder-role.ts';
import { MAIL_HEADERS } from '../mail/message-row.ts';
import { isSkipped } from '../mail/settings.ts';
import { MailboxLoginError, MailServerUnavailableError } from './errors.ts';
import type { ImapMailbox, ImapSettings } from './settings.ts';

export interface ServerFolder {
  readonly path: string;
  readonly role: FolderRole | null;
}

export interface OpenFolder {
  readonly uidValidity: string;
  /** 0: the server does not say. */
  readonly uidNext: number;
  readonly exists: number;
  /** Null when the server keeps none: changes of flags cannot be asked for. */
  readonly modseq: bigint | null;
  /** What is gone since the modseq that the folder was opened with; null when the server does not say. */
  readonly vanished: readonly number[] | null;
}

/** A response of this size holds no headers that anybody reads; a larger one ends the connection (facts: header bombs). */
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/** The codes of imapflow's limits. */
const TOO_LARGE = new Set(['LiteralTooLarge', 'LineTooLarge', 'ResponseTooLarge']);

export function isTooLarge(error: unknown): boolean {
  return TOO_LARGE.has(String((error as { code?: unknown }).code));
}

/**
 * One mailbox over one connection, made when needed and made anew when it broke. Every folder is opened with EXAMINE and every header
 * asked for with PEEK: nothing here can change a flag. One question at a time; callers take turns (`exclusively`).
 */
export class MailboxClient {
  readonly mailbox: ImapMailbox;
  readonly #settings: ImapSettings;
  readonly #environment: NodeJS.ProcessEnv;
  #client: ImapFlow | undefined;
  #refusal: MailboxLoginError | undefined;
  #vanished: number[] = [];
  #turn: Promise<unknown> = Promise.resolve();

  constructor(settings: ImapSettings, mailbox: ImapMailbox, environment: NodeJS.ProcessEnv) {
    this.#settings = settings;
    this.mailbox = mailbox;
    this.#environment = environment;
  }

  /** Waits for the mailbox's other readers; the returned function lets the next one in. */
  async exclusively(): Promise<() => void> {
    let release: () => void = () => undefined;
    const before = this.#turn;
    this.#turn = new Promise<void>((resolve) => (release = resolve));
    await before;
    return release;
  }

  /** Folders that hold mail to be read. With one of everything (Gmail's All Mail) the others hold the same messages again. */
  async folders(): Promise<ServerFolder[]> {
    const { folders: rules } = this.#settings;
    const listed = await this.#ask('listing the folders', (client) => client.list());
    const folders = listed
      .filter(({ flags }) => !flags.has('\\Noselect') && !flags.has('\\NonExistent'))
      .filter(({ path, delimiter }) => !isSkipped(path, rules, delimiter))
      .map(({ path, specialUse }) => ({ path, role: roleOf(path, specialUse, rules) }))
      .filter(({ role }) => role !== 'drafts');
    const hasAll = folders.some(({ role }) => role === 'all');
    return hasAll
      ? folders.filter(({ role }) => role === 'all' || role === 'junk' || role === 'trash')
      : folders;
  }

  /** Opens a folder read-only. With a modseq, asks which messages vanished since, where the server knows (QRESYNC, RFC 7162). */
  async open(
    path: string,
    since?: { readonly uidValidity: string; readonly modseq: bigint },
  ): Promise<OpenFolder> {
    this.#vanished = [];
    const options = {
      readOnly: true,
      ...(since && { changedSince: since.modseq, uidValidity: BigInt(since.uidValidity) }),
    };
    let folder: MailboxObject;
    try {
      folder = await this.#ask(`opening the folder ${path}`, (client) => client.mailboxOpen(path, options));
    } catch (error) {
      const { cause } = error as { cause?: { mailboxMissing?: boolean } };
      if (cause?.mailboxMissing) throw new StreamMissingError('messages', 'the folder is gone');
      throw error;
    }
    const enabled = this.#client?.enabled ?? new Set<string>();
    // Without CONDSTORE, or in a folder without it, "changed since" is ignored in silence and everything comes.
    const modseq = enabled.has('CONDSTORE') && !folder.noModseq ? (folder.highestModseq ?? null) : null;
    const saysVanished = since !== undefined && enabled.has('QRESYNC') && modseq !== null;
    return {
      uidValidity: String(folder.uidValidity),
      uidNext: folder.uidNext ?? 0,
      exists: folder.exists,
      modseq,
      vanished: saysVanished ? [...this.#vanished] : null,
    };
  }

  /** UIDs in the open folder, ascending; those from `since` on where it is given (by the day the server got them). */
  async uids(since: Date | undefined): Promise<number[]> {
    const query = since ? { since } : { all: true };
    const found = await this.#ask('listing the messages', (client) => client.search(query, { uid: true }));
    return (found || []).sort((a, b) => a - b);
  }

  /** UIDs whose flags changed, or that came, after the modseq. */
  async changedSince(modseq: bigint): Promise<number[]> {
    const changed: number[] = [];
    await this.#ask('looking for changes', async (client) => {
      for await (const { uid } of client.fetch('1:*', { uid: true }, { uid: true, changedSince: modseq })) {
        changed.push(uid);
      }
    });
    return changed.sort((a, b) => a - b);
  }

  /** Headers and structure of the messages that are there. Throws an error for which isTooLarge holds when an answer passes the limit. */
  async fetch(uids: readonly number[]): Promise<FetchMessageObject[]> {
    const headers = [...MAIL_HEADERS, ...(this.#settings.subjects ? ['Subject'] : [])];
    const query = { uid: true, flags: true, internalDate: true, size: true, bodyStructure: true, headers };
    return this.#ask('reading headers', async (client) => {
      const found: FetchMessageObject[] = [];
      for await (const message of client.fetch(rangesOf(uids), query, { uid: true })) found.push(message);
      return found;
    });
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    if (!client) return;
    // A server that does not answer any more is not waited for.
    const impatience = setTimeout(() => client.close(), 2_000);
    await client.logout().catch(() => undefined);
    clearTimeout(impatience);
    client.close();
  }

  /** Breaks off the question under way. */
  abort(): void {
    this.#client?.close();
  }

  async #ask<Answer>(doing: string, ask: (client: ImapFlow) => Promise<Answer>): Promise<Answer> {
    const client = await this.#connected(doing);
    try {
      return await ask(client);
    } catch (error) {
      // Whatever it was, nothing is known of the connection's state now.
      this.#client = undefined;
      client.close();
      if (isTooLarge(error)) throw error;
      throw new MailServerUnavailableError(this.#settings.host, this.mailbox.address, doing, error);
    }
  }

  async #connected(doing: string): Promise<ImapFlow> {
    if (this.#client?.usable) return this.#client;
    // Asking again would be one more failed login, and servers lock who has too many of them.
    if (this.#refusal) throw this.#refusal;
    const { host, tls, port = tls === 'implicit' ? 993 : 143 } = this.#settings;
    const { auth, variable } = this.#login();
    const client = new ImapFlow({
      host,
      port,
      secure: tls === 'implicit',
      ...(tls !== 'implicit' && { doSTARTTLS: tls === 'starttls' }),
      auth,
      qresync: true,
      logger: false,
      disableAutoIdle: true,
      clientInfo: { name: 'voronka' },
      connectionTimeout: 30_000,
      socketTimeout: 120_000,
      maxLineLength: MAX_RESPONSE_BYTES,
      maxLiteralSize: MAX_RESPONSE_BYTES,
      maxResponseSize: 2 * MAX_RESPONSE_BYTES,
    });
    // Without a listener a broken connection would end the process; it shows in the question under way as well.
    client.on('error', () => undefined);
    client.on('expunge', ({ uid }: { uid?: number }) => {
      if (uid !== undefined) this.#vanished.push(uid);
    });
    try {
      await client.connect();
    } catch (error) {
      client.close();
      const refusal = error as { authenticationFailed?: boolean; responseText?: string; response?: unknown };
      if (refusal.authenticationFailed) {
        const answer = (refusal.responseText ?? '').replace(/\.$/, '');
        this.#refusal = new MailboxLoginError(host, this.mailbox.address, variable, answer);
        throw this.#refusal;
      }
      throw new MailServerUnavailableError(host, this.mailbox.address, `${doing} (connecting)`, error);
    }
    this.#client = client;
    return client;
  }

  #login(): { auth: AuthOptions; variable: string } {
    const { mailbox, master, ...shared } = { ...this.#settings, mailbox: this.mailbox };
    const ownWay = mailbox.password_env ?? mailbox.token_env;
    const { password_env: password, token_env: token } = ownWay === undefined ? shared : mailbox;
    const user = mailbox.user ?? mailbox.address;
    const secret = (variable: string, what: string): string =>
      readSecret(variable, `${what} of the mailbox ${mailbox.address}`, this.#environment);
    if (token !== undefined) {
      return { auth: { user, accessToken: secret(token, 'the OAuth access token') }, variable: token };
    }
    if (password !== undefined) {
      return { auth: { user, pass: secret(password, 'the password') }, variable: password };
    }
    const { user: name = '', separator = '*', password_env: variable = '' } = master ?? {};
    return {
      auth: { user: `${user}${separator}${name}`, pass: secret(variable, "the master user's password") },
      variable,
    };
  }
}

/** The configuration decides, then the server (SPECIAL-USE), then the name; imapflow's own table of names is behind the last two. */
function roleOf(
  path: string,
  specialUse: string | undefined,
  rules: ImapSettings['folders'],
): FolderRole | null {
  const configured = (['inbox', 'sent', 'drafts', 'junk', 'trash', 'archive'] as const).find(
    (role) => rules[role] === path,
  );
  if (configured) return configured;
  const said = specialUse?.replace('\\', '').toLowerCase();
  const role = FOLDER_ROLES.find((one) => one === said) ?? (said === undefined ? roleByName(path) : null);
  // A role given to one folder by the configuration is nobody else's.
  return role !== null && role !== 'all' && rules[role] !== undefined ? null : role;
}

/** `1:4,7,9:12`: what a sequence set is short in. */
export function rangesOf(uids: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const uid of uids) {
    const last = ranges.at(-1);
    if (last?.[1] === uid - 1) last[1] = uid;
    else ranges.push([uid, uid]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}:${to}`)).join(',');
}
