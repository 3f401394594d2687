import { spawn } from 'node:child_process';
import { open, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { type Socket, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { disarmPidFile, ensureCluster, livingPostmaster, serverEnvironment } from './cluster.ts';
import { PostgresPortError, PostgresStartError } from './errors.ts';
import type { Place } from './place.ts';
import { serverSettings } from './settings.ts';
import { tryStartLock } from './start-lock.ts';

const KEEPER = fileURLToPath(new URL('./keeper.js', import.meta.url));
const LOG_LIMIT = 10 * 1024 * 1024;
/** Crash recovery after hours of loading can take minutes; past this something is wrong. */
const START_TIMEOUT_MS = 10 * 60_000;

export interface LeaseOptions {
  readonly port?: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** How long the server outlives its last user. */
  readonly graceMs: number;
}

/** A hold on the running server: it stays up as long as one is open. */
export interface Lease {
  readonly socket: Socket;
  readonly port: number;
}

interface KeeperPlan {
  socket: string;
  data: string;
  log: string;
  graceMs: number;
  port: number;
  postgres: string;
  args: string[];
  env: Record<string, string>;
  uid?: number;
  gid?: number;
  /** A server already running here, to be kept instead of starting one. */
  adopt?: number;
}

/** Joins the server that runs on this place, or starts it. Any number of processes may call this at the same moment. */
export async function takeLease(place: Place, options: LeaseOptions): Promise<Lease> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  const crashed = Date.now() + 20_000;
  while (Date.now() < deadline) {
    const lease = await joinKeeper(place);
    if (lease !== undefined) return lease;
    const release = await tryStartLock(place.lock);
    if (release === undefined) {
      await sleep(50);
      continue;
    }
    try {
      const started = (await joinKeeper(place)) ?? (await start(place, options, deadline));
      if (started !== undefined) return started;
    } catch (error) {
      // A killed server's own children need a moment to notice; until then Postgres rightly refuses the folder.
      if (!(error instanceof PostgresStartError && error.isFolderStillHeld) || Date.now() > crashed)
        throw error;
      await sleep(250);
    } finally {
      await release();
    }
  }
  throw new PostgresStartError(
    place.data,
    'it was not ready after ten minutes',
    place.log,
    await logTail(place.log),
  );
}

/** Connects to the keeper and waits until it says that the server is up. Undefined when there is none or it is going down. */
function joinKeeper(place: Place): Promise<Lease | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(place.socket);
    let heard = '';
    socket.on('error', () => resolve(undefined));
    socket.on('close', () => resolve(undefined));
    socket.on('data', (chunk) => {
      heard += chunk.toString();
      if (!heard.includes('\n')) return;
      socket.removeAllListeners('data');
      socket.resume();
      const answer = JSON.parse(heard.slice(0, heard.indexOf('\n'))) as { port: number } | { error: string };
      if ('port' in answer) {
        socket.unref();
        resolve({ socket, port: answer.port });
        return;
      }
      socket.destroy();
      void logTail(place.log).then((tail) =>
        reject(new PostgresStartError(place.data, answer.error, place.log, tail)),
      );
    });
  });
}

/** Called under the start lock. Undefined means: look again. */
async function start(place: Place, options: LeaseOptions, deadline: number): Promise<Lease | undefined> {
  const running = await livingPostmaster(place.data);
  if (running !== undefined && running.state !== 'ready') {
    // Shutting down for somebody who left just now, or starting for a keeper that was killed: soon it is gone or ready.
    await sleep(50);
    return undefined;
  }
  if (running === undefined) {
    await ensureCluster(place);
    await disarmPidFile(place.data);
  }
  if (process.platform !== 'win32') await rm(place.socket, { force: true });
  await trimLog(place.log);
  const port = running?.port ?? (await choosePort(place, options.port));
  const settings = { ...serverSettings(port), ...options.settings };
  const plan: KeeperPlan = {
    socket: place.socket,
    data: place.data,
    log: place.log,
    graceMs: options.graceMs,
    port,
    postgres: join(place.native, 'bin', 'postgres'),
    args: [
      '-D',
      place.data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    env: serverEnvironment(),
    ...(place.user === undefined ? {} : { uid: place.user.uid, gid: place.user.gid }),
    ...(running === undefined ? {} : { adopt: running.pid }),
  };
  // Own session: a Ctrl-C in the terminal is for voronka, which ends its lease and leaves the server to its other users.
  const keeper = spawn(process.execPath, [KEEPER, JSON.stringify(plan)], {
    detached: true,
    stdio: 'ignore',
    cwd: '/',
    env: {},
  });
  let ended = false;
  keeper.on('exit', () => (ended = true));
  keeper.on('error', () => (ended = true));
  keeper.unref();
  while (Date.now() < deadline) {
    const lease = await joinKeeper(place);
    if (lease !== undefined) {
      await writeFile(place.portFile, String(lease.port));
      return lease;
    }
    if (ended)
      throw new PostgresStartError(
        place.data,
        'its keeper ended at once',
        place.log,
        await logTail(place.log),
      );
    await sleep(20);
  }
  return undefined;
}

/** The port of the last run when it is free, so that addresses people saved keep working; else any free one. */
async function choosePort(place: Place, wanted: number | undefined): Promise<number> {
  if (wanted !== undefined) {
    if (await isFree(wanted)) return wanted;
    throw new PostgresPortError(wanted);
  }
  const last = Number(await readFile(place.portFile, 'utf8').catch(() => '0'));
  if (last > 0 && (await isFree(last))) return last;
  return freePort(0) as Promise<number>;
}

async function isFree(port: number): Promise<boolean> {
  return (await freePort(port)) !== undefined;
}

function freePort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.on('error', () => resolve(undefined));
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' ? address?.port : undefined));
    });
  });
}

async function trimLog(log: string): Promise<void> {
  const size = await stat(log).then(
    (found) => found.size,
    () => 0,
  );
  if (size > LOG_LIMIT) await truncate(log);
}

async function logTail(log: string): Promise<string> {
  const file = await open(log).catch(() => undefined);
  if (file === undefined) return '';
  try {
    const { size } = await file.stat();
    const { buffer, bytesRead } = await file.read({
      buffer: Buffer.alloc(8192),
      position: Math.max(0, size - 8192),
    });
    return buffer.toString('utf8', 0, bytesRead).split('\n').slice(-15).join('\n');
  } finally {
    await file.close();
  }
}
