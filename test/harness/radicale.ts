import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const SERVER = '/usr/bin/radicale';

/** Debian's package radicale. */
export const HAS_RADICALE = existsSync(SERVER);

export interface Radicale {
  readonly url: string;
  stop(): Promise<void>;
}

/** A CalDAV server of its own on a free loopback port; each of the users has their name for a password. */
export async function startRadicale(users: readonly string[]): Promise<Radicale> {
  const folder = await mkdtemp(join(tmpdir(), 'voronka-radicale-'));
  const port = await freePort();
  await writeFile(join(folder, 'users'), users.map((user) => `${user}:${user}\n`).join(''));
  await writeFile(
    join(folder, 'config'),
    `[server]
hosts = 127.0.0.1:${port}
[auth]
type = htpasswd
htpasswd_filename = ${join(folder, 'users')}
htpasswd_encryption = plain
delay = 0
[storage]
filesystem_folder = ${join(folder, 'collections')}
[rights]
type = owner_only
[logging]
level = error
`,
  );
  const server = spawn(SERVER, ['--config', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const url = `http://127.0.0.1:${port}/`;
  for (let tries = 0; !(await fetch(url).catch(() => undefined)); tries += 1) {
    if (server.exitCode !== null || tries > 300) throw new Error(`radicale did not start:\n${log}`);
    await sleep(100);
  }
  return {
    url,
    async stop() {
      server.kill();
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  await new Promise<void>((resolve) => server.close(() => resolve()));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}
