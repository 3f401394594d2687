import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startEmbedded } from '../../pipelines/warehouse/embedded/embedded-postgres.ts';
import { PostgresPortError } from '../../pipelines/warehouse/embedded/errors.ts';
import {
  type ServerUser,
  closedTo,
  isRoot,
  unprivilegedUser,
} from '../../pipelines/warehouse/embedded/server-user.ts';

const SCRIPT = fileURLToPath(new URL('../harness/embedded-user.ts', import.meta.url));
const nobody: ServerUser = { name: 'nobody', uid: 65534, gid: 65534 };
const canBeNobody = isRoot() && (await closedTo(nobody, dirname(SCRIPT))) === undefined;

let folder: string;
let children: ChildProcess[] = [];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'voronka-embedded-'));
  await chmod(folder, 0o711);
});
afterEach(async () => {
  for (const child of children) child.kill('SIGKILL');
  children = [];
  await down(folder).catch(() => undefined);
  await rm(folder, { recursive: true, force: true });
});

interface Up {
  child: ChildProcess;
  url: string;
  data: string;
  notices: string[];
  code?: string;
  message?: string;
}

/** Starts a process of its own that uses the server, and waits for what it says. */
async function user(
  where: string | undefined,
  options: { as?: ServerUser; cwd?: string; settings?: object } = {},
): Promise<Up> {
  const args = ['--import', import.meta.resolve('tsx'), SCRIPT, where ?? ''];
  if (options.settings !== undefined) args.push(JSON.stringify(options.settings));
  const child = spawn(process.execPath, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    cwd: options.cwd ?? '/',
    env: { PATH: process.env['PATH'], HOME: '/', TMPDIR: tmpdir() },
    ...(options.as === undefined ? {} : { uid: options.as.uid, gid: options.as.gid }),
  });
  children.push(child);
  let said = '';
  for await (const chunk of child.stdout) {
    said += String(chunk);
    if (said.includes('\n')) break;
  }
  return { child, ...(JSON.parse(said) as Omit<Up, 'child'>) };
}

const leave = (up: Up) => up.child.stdin?.end();
const postmaster = (data: string) =>
  Number(readFileSync(join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);

/** Waits until no server runs on the folder. */
async function down(where: string): Promise<void> {
  const data = existsSync(join(where, 'postgres')) ? join(where, 'postgres') : where;
  for (let n = 0; existsSync(join(data, 'postmaster.pid')); n++) {
    if (n > 200) throw new Error(`a server is still running on ${data}`);
    await sleep(50);
  }
}

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** A keeper is known by the socket it holds: the only process whose plan names this folder. */
function keeperOf(where: string): number {
  const parent = readFileSync(`/proc/${postmaster(join(where, 'postgres'))}/stat`, 'utf8');
  return Number(parent.slice(parent.lastIndexOf(')') + 2).split(' ')[1]);
}

describe('the embedded server', () => {
  it('is shared by processes that start together, and goes down after the last one leaves', async () => {
    const users = await Promise.all([user(folder), user(folder), user(folder)]);
    expect(new Set(users.map(({ url }) => url)).size).toBe(1);
    const [first, second, third] = users;
    leave(first);
    leave(second);
    await sleep(1500);
    expect(await ask(third.url, 'select 1 as up')).toEqual([{ up: 1 }]);
    leave(third);
    await down(folder);
  });

  it('goes down after kill -9 of its last user, and keeps what was committed', async () => {
    const one = await user(folder);
    await ask(one.url, 'create table kept as select 42 as n');
    one.child.kill('SIGKILL');
    await down(folder);
    const two = await user(folder);
    // The same port again, so that a saved address goes on working.
    expect(two.url).toBe(one.url);
    expect(await ask(two.url, 'select n from kept')).toEqual([{ n: 42 }]);
  });

  it('is durable, listens on the loopback only, and asks for a password that only its owner can read', async () => {
    const { url } = await user(folder);
    const rows = await ask(
      url,
      `select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'listen_addresses', 'data_checksums', 'server_encoding')`,
    );
    expect(Object.fromEntries(rows.map(({ name, setting }) => [name, setting]))).toEqual({
      fsync: 'on',
      synchronous_commit: 'on',
      full_page_writes: 'on',
      listen_addresses: '127.0.0.1',
      data_checksums: 'on',
      server_encoding: 'UTF8',
    });
    const wrong = new URL(url);
    wrong.password = 'guess';
    await expect(ask(wrong.href, 'select 1')).rejects.toMatchObject({ code: '28P01' });
    expect(statSync(join(folder, 'postgres.password')).mode & 0o777).toBe(0o600);
  });

  it.skipIf(process.platform !== 'linux')(
    'outlives kill -9 of its keeper, and still goes down with its last user',
    async () => {
      const one = await user(folder);
      const pid = postmaster(one.data);
      process.kill(keeperOf(folder), 'SIGKILL');
      await sleep(1500);
      const two = await user(folder);
      expect(postmaster(two.data)).toBe(pid);
      expect(two.url).toBe(one.url);
      leave(one);
      leave(two);
      await down(folder);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'starts again where server and keeper were both killed',
    async () => {
      const one = await user(folder);
      await ask(one.url, 'create table kept as select 7 as n');
      const server = postmaster(one.data);
      process.kill(keeperOf(folder), 'SIGKILL');
      process.kill(server, 'SIGKILL');
      one.child.kill('SIGKILL');
      await sleep(200);
      const two = await user(folder);
      expect(two.message).toBeUndefined();
      expect(await ask(two.url, 'select n from kept')).toEqual([{ n: 7 }]);
    },
  );

  it('comes back for a process that holds it when the server itself crashes', async () => {
    const server = await startEmbedded({ folder, graceMs: 300, settings: { shared_buffers: '16MB' } });
    process.kill(postmaster(server.data), 'SIGKILL');
    let answer: unknown;
    for (let n = 0; n < 100 && answer === undefined; n++) {
      await sleep(100);
      answer = await ask(server.url, 'select 1 as up').catch(() => undefined);
    }
    expect(answer).toEqual([{ up: 1 }]);
    await server.close({ stop: true });
  });

  it('names the port that is taken, when one was asked for', async () => {
    const squatter: Server = createServer();
    await new Promise<void>((done) => squatter.listen(0, '127.0.0.1', done));
    const { port } = squatter.address() as { port: number };
    await expect(startEmbedded({ folder, port })).rejects.toBeInstanceOf(PostgresPortError);
    squatter.close();
  });

  it('shows the end of the server log when the server does not start, and starts once that is mended', async () => {
    const broken = await user(folder, { settings: { shared_buffers: '1TB' } });
    expect(broken.code).toBe('POSTGRES_START_FAILED');
    expect(broken.message).toMatch(/did not start.*\n(.*\n)*.*(memory|shared)/i);
    expect((await user(folder)).url).toMatch(/^postgres:/);
  });

  it('says that the data is of another version of Postgres', async () => {
    await mkdir(join(folder, 'postgres'));
    await writeFile(join(folder, 'postgres', 'PG_VERSION'), '14\n');
    if (isRoot()) await chown(join(folder, 'postgres'), unprivilegedUser().uid, unprivilegedUser().gid);
    expect(await user(folder)).toMatchObject({ code: 'POSTGRES_VERSION' });
    await rm(join(folder, 'postgres'), { recursive: true });
  });

  it('works in a folder whose path is longer than a socket name may be', async () => {
    const deep = join(folder, 'd'.repeat(60), 'e'.repeat(60));
    await mkdir(deep, { recursive: true });
    const one = await user(deep);
    expect(await user(deep)).toMatchObject({ url: one.url });
    for (const child of children) child.stdin?.end();
    await down(deep);
  });
});

describe.skipIf(!isRoot())('as root', () => {
  it('runs the server as another user', async () => {
    const { data } = await user(folder);
    expect(statSync(data).uid).toBe(unprivilegedUser().uid);
  });

  it('keeps the data elsewhere, and says so, when the project is closed to the server user', async () => {
    await chmod(folder, 0o700);
    const up = await user(undefined, { cwd: folder });
    try {
      expect(await ask(up.url, 'select 1 as up')).toEqual([{ up: 1 }]);
      expect(up.data).toMatch(/^\/var\/lib\/voronka\//);
      expect(up.notices).toHaveLength(1);
      expect(up.notices[0]).toContain(folder);
      expect((await readFile(join(folder, '.voronka', 'postgres.place'), 'utf8')).trim()).toBe(up.data);
      leave(up);
      await down(up.data);
      // The second time it is found there, and nothing more is said.
      const again = await user(undefined, { cwd: folder });
      expect(again).toMatchObject({ data: up.data, notices: [] });
      leave(again);
      await down(up.data);
    } finally {
      await rm(dirname(resolve(up.data)), { recursive: true, force: true });
    }
  });

  it('refuses a named folder that the server user cannot reach, with the folder, the user and the way out', async () => {
    await chmod(folder, 0o700);
    const { code, message } = await user(join(folder, 'data'));
    expect(code).toBe('POSTGRES_FOLDER_UNUSABLE');
    expect(message).toContain(join(folder, 'data'));
    expect(message).toContain(`"${unprivilegedUser().name}"`);
    expect(message).toContain(`chmod o+x ${folder}`);
    expect(message).toContain('DATABASE_URL');
  });
});

describe.skipIf(!canBeNobody)('as an ordinary user', () => {
  it('works, and root then shares the same server', async () => {
    await chown(folder, nobody.uid, nobody.gid);
    const one = await user(folder, { as: nobody });
    expect(statSync(one.data).uid).toBe(nobody.uid);
    const two = await user(folder);
    expect(two.url).toBe(one.url);
    leave(one);
    leave(two);
    await down(folder);
    // Started by root, it goes on as the owner of the data.
    const three = await user(folder);
    expect(await ask(three.url, 'select 1 as up')).toEqual([{ up: 1 }]);
    expect(statSync(three.data).uid).toBe(nobody.uid);
  });

  it('refuses a data folder of somebody else, naming the owner', async () => {
    leave(await user(folder));
    await down(folder);
    const { code, message } = await user(folder, { as: nobody });
    expect(code).toBe('POSTGRES_FOLDER_UNUSABLE');
    expect(message).toContain('"nobody"');
  });
});
