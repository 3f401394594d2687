import { spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createConnection } from 'mysql2/promise';

const SERVER = '/usr/sbin/mariadbd';
const INSTALL = '/usr/bin/mariadb-install-db';

/** Debian's package mariadb-server. */
export const HAS_MARIADB = existsSync(SERVER) && existsSync(INSTALL);

export interface MariaDb {
  /** Of a database named `asteriskcdrdb`, as root without a password. */
  readonly url: string;
  stop(): Promise<void>;
}

/** A MariaDB of its own in a temporary folder, on a free loopback port. */
export async function startMariaDb(): Promise<MariaDb> {
  const folder = await mkdtemp(join(tmpdir(), 'voronka-mariadb-'));
  const user = `--user=${userInfo().username}`;
  const data = `--datadir=${join(folder, 'data')}`;
  const installed = spawnSync(
    INSTALL,
    ['--no-defaults', data, user, '--auth-root-authentication-method=normal', '--skip-test-db'],
    { encoding: 'utf8' },
  );
  if (installed.status !== 0) throw new Error(`mariadb-install-db: ${installed.stderr}${installed.stdout}`);
  const port = await freePort();
  const server = spawn(
    SERVER,
    [
      '--no-defaults',
      data,
      user,
      `--socket=${join(folder, 's')}`,
      `--pid-file=${join(folder, 'pid')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      '--innodb-buffer-pool-size=16M',
      '--innodb-flush-log-at-trx-commit=0',
      '--performance-schema=off',
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let log = '';
  server.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const root = `mysql://root@127.0.0.1:${port}/`;
  for (let tries = 0; ; tries += 1) {
    if (server.exitCode !== null || tries > 300) throw new Error(`mariadbd did not start:\n${log}`);
    const connection = await createConnection(root).catch(() => undefined);
    if (connection) {
      await connection.query('create database asteriskcdrdb');
      await connection.end();
      break;
    }
    await sleep(100);
  }
  return {
    url: `${root}asteriskcdrdb`,
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
