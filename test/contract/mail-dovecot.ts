import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chown, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo, type Socket } from 'node:net';
import { existsSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ImapFlow } from 'imapflow';

const BINARY = '/usr/sbin/dovecot';

/** Debian's dovecot-imapd. */
export const hasDovecot = existsSync(BINARY);

export const PASSWORD = 'secret';

export interface Dovecot {
  readonly port: number;
  /** A client that may write, as the mail programs of the mailbox's owner do. */
  client(user: string): Promise<ImapFlow>;
  /** Puts messages where the server keeps them, which is a hundred times faster than appending. */
  fill(user: string, count: number, message: (no: number) => string): Promise<void>;
  /** Where the server keeps the messages of a user. */
  home(user: string): string;
  stop(): Promise<void>;
}

/** A Dovecot of its own: plain process, loopback, any user name with one password. `capabilities` limits what it says it can. */
export async function startDovecot(options: { capabilities?: string } = {}): Promise<Dovecot> {
  const folder = await mkdtemp(join(tmpdir(), 'voronka-dovecot-'));
  // As root it would look for users of its own; nobody will do.
  const isRoot = process.getuid?.() === 0;
  const [uid, gid] = isRoot ? [65_534, 65_534] : [userInfo().uid, userInfo().gid];
  const user = isRoot ? 'nobody' : userInfo().username;
  const group = isRoot ? 'nogroup' : execFileSync('id', ['-gn']).toString().trim();
  const port = await freePort();
  const file = join(folder, 'dovecot.conf');
  await writeFile(file, configOf({ folder, port, user, group, uid, gid, ...options }));
  await writeFile(join(folder, 'masters'), 'reader:{PLAIN}master secret\n');
  for (const path of [folder, join(folder, 'run'), join(folder, 'mail')]) {
    await mkdir(path, { recursive: true });
    await chown(path, uid, gid);
  }
  const server = spawn(BINARY, ['-F', '-c', file], { stdio: 'ignore', ...(isRoot && { uid, gid }) });
  await answering(port, server);
  return {
    port,
    async client(name) {
      const client = new ImapFlow({
        host: '127.0.0.1',
        port,
        secure: false,
        auth: { user: name, pass: PASSWORD },
        logger: false,
        disableAutoIdle: true,
      });
      await client.connect();
      return client;
    },
    home: (name) => join(folder, 'mail', name),
    async fill(name, count, message) {
      const home = join(folder, 'mail', name);
      for (const path of [home, ...['cur', 'new', 'tmp'].map((part) => join(home, part))]) {
        await mkdir(path, { recursive: true });
        await chown(path, uid, gid);
      }
      for (let no = 0; no < count; no += 200) {
        const batch = Array.from({ length: Math.min(200, count - no) }, (_, index) => no + index);
        await Promise.all(
          batch.map((one) =>
            writeFile(join(home, 'cur', `${1_700_000_000 + one}.M${one}P1.test:2,S`), message(one)),
          ),
        );
      }
    },
    async stop() {
      const ended = new Promise((resolve) => server.once('exit', resolve));
      server.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Stands between the reader and the server, and cuts the connection after so many bytes from the server, as often as told. */
export async function startCuttingProxy(target: number): Promise<{
  port: number;
  cutAfter: (bytes: number, times: number) => void;
  cuts: () => number;
  stop: () => Promise<void>;
}> {
  let limit = Number.POSITIVE_INFINITY;
  let left = 0;
  let cuts = 0;
  const sockets = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    let passed = 0;
    let isCut = false;
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
      });
    }
    client.pipe(upstream);
    upstream.on('data', (chunk: Buffer) => {
      if (isCut) return;
      passed += chunk.length;
      if (left > 0 && passed > limit) {
        isCut = true;
        left -= 1;
        cuts += 1;
        client.write(chunk.subarray(0, chunk.length / 2), () => client.destroy());
        return;
      }
      client.write(chunk);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    cutAfter: (bytes, times) => {
      limit = bytes;
      left = times;
    },
    cuts: () => cuts,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answering(port: number, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (server.exitCode !== null) throw new Error(`dovecot ended with ${server.exitCode}`);
    const greeted = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('data', () => {
        socket.destroy();
        resolve(true);
      });
      socket.once('error', () => resolve(false));
    });
    if (greeted) return;
    await delay(50);
  }
  throw new Error('dovecot does not answer');
}

interface ServerSettings {
  readonly folder: string;
  readonly port: number;
  readonly user: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
  readonly capabilities?: string;
}

/** Each of the users and chroots named here is one that a plain process may not take on by default. */
function configOf({ folder, port, user, group, uid, gid, capabilities }: ServerSettings): string {
  return `
protocols = imap
listen = 127.0.0.1
base_dir = ${folder}/run
state_dir = ${folder}/run
log_path = ${folder}/log
ssl = no
disable_plaintext_auth = no
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
first_valid_uid = ${uid}
first_valid_gid = ${gid}
mail_location = maildir:${folder}/mail/%u
mail_max_userip_connections = 50
auth_failure_delay = 0
${capabilities === undefined ? '' : `imap_capability = ${capabilities}`}
auth_master_user_separator = *
passdb {
  driver = passwd-file
  args = ${folder}/masters
  master = yes
}
passdb {
  driver = static
  args = password=${PASSWORD}
}
userdb {
  driver = static
  args = uid=${uid} gid=${gid} home=${folder}/mail/%u
}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${port}
  }
  inet_listener imaps {
    port = 0
  }
}
service anvil {
  chroot =
}
namespace inbox {
  inbox = yes
  separator = .
  mailbox Sent {
    auto = create
    special_use = \\Sent
  }
  mailbox Drafts {
    auto = create
    special_use = \\Drafts
  }
}
`;
}
