import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exists, isCode } from './binaries.ts';
import { PostgresInitError } from './errors.ts';
import type { Place } from './place.ts';
import { isAlive } from './start-lock.ts';

/** Superuser of the embedded cluster. */
export const CLUSTER_OWNER = 'voronka';

/**
 * Creates the cluster unless it is there. It is made beside its final name and renamed, so that a crash or a full disk half-way leaves
 * nothing that looks like a database. Throws {@link PostgresInitError}.
 */
export async function ensureCluster(place: Place): Promise<void> {
  if (await exists(join(place.data, 'PG_VERSION'))) return;
  const half = `${place.data}.new`;
  const secret = `${place.data}.pw`;
  try {
    await rm(half, { recursive: true, force: true });
    await mkdir(half, { mode: 0o700 });
    await writeFile(secret, `${await ensurePassword(place.password)}\n`, { mode: 0o600 });
    if (place.user !== undefined) {
      await chown(half, place.user.uid, place.user.gid);
      await chown(secret, place.user.uid, place.user.gid);
    }
    await runInitdb(place, half, secret);
    await rm(place.data, { recursive: true, force: true });
    await rename(half, place.data);
  } catch (error) {
    await rm(half, { recursive: true, force: true }).catch(() => undefined);
    if (isCode(error, 'ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'))
      throw new PostgresInitError(place.data, (error as Error).message);
    throw error;
  } finally {
    await rm(secret, { force: true }).catch(() => undefined);
  }
}

/** The superuser's password, made once and kept 0600 in the `.voronka` folder. */
export async function ensurePassword(file: string): Promise<string> {
  if (!(await exists(file))) {
    // Written aside and renamed: a reader never sees an empty password.
    const draft = `${file}.${process.pid}`;
    await writeFile(draft, randomBytes(24).toString('base64url'), { mode: 0o600 });
    await rename(draft, file);
  }
  return (await readFile(file, 'utf8')).trim();
}

export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** `starting`, `ready`, `stopping` or `standby`. */
  readonly state: string;
}

/** The living server on this folder, whoever started it. A pid file left by a crash gives undefined. */
export async function livingPostmaster(data: string): Promise<Postmaster | undefined> {
  const lines = await readFile(join(data, 'postmaster.pid'), 'utf8').then(
    (text) => text.split('\n'),
    () => [],
  );
  const pid = Number(lines[0]);
  // The number may since belong to any other program.
  if (!isAlive(pid) || !(await isServerOf(pid, data))) return undefined;
  return { pid, port: Number(lines[3]), state: lines[7]?.trim() ?? 'starting' };
}

/** The environment the server's programs get: nothing of the caller's `PG*` variables may steer them. */
export function serverEnvironment(): Record<string, string> {
  const env: Record<string, string> = { LC_ALL: 'C', TZ: 'UTC' };
  for (const name of ['PATH', 'SystemRoot', 'TEMP', 'TMP']) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  return env;
}

/**
 * Makes a pid file left by a crash harmless where Postgres would take its process for alive (a zombie, or another program with the same
 * number). Only the number is changed, to one that no process can have: Postgres goes on to look whether the old server's
 * children still use its shared memory, which the file names. Call only when {@link livingPostmaster} found none.
 */
export async function disarmPidFile(data: string): Promise<void> {
  const file = join(data, 'postmaster.pid');
  const text = await readFile(file, 'utf8').catch(() => undefined);
  if (text !== undefined) await writeFile(file, text.replace(/^\d+/, '2147483647'));
}

async function isServerOf(pid: number, data: string): Promise<boolean> {
  return readFile(`/proc/${pid}/cmdline`, 'utf8').then(
    (commandLine) => commandLine.split('\0').includes(data),
    () => true,
  );
}

function runInitdb(place: Place, folder: string, secret: string): Promise<void> {
  const args = [
    `--pgdata=${folder}`,
    `--username=${CLUSTER_OWNER}`,
    `--pwfile=${secret}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    // Postgres's own C.UTF-8 knows the case of Cyrillic, needs no locale of the system, and never changes its order under an index.
    '--locale=C',
    '--locale-provider=builtin',
    '--builtin-locale=C.UTF-8',
  ];
  return new Promise((resolve, reject) => {
    let output = '';
    const child = spawn(join(place.native, 'bin', 'initdb'), args, {
      cwd: folder,
      env: serverEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
      ...(place.user === undefined ? {} : { uid: place.user.uid, gid: place.user.gid }),
    });
    const gather = (chunk: Buffer) => (output = (output + chunk.toString()).slice(-4000));
    child.stdout.on('data', gather);
    child.stderr.on('data', gather);
    child.on('error', (error) => reject(new PostgresInitError(place.data, error.message)));
    child.on('close', (code) => {
      if (code === 0) resolve();
      else reject(new PostgresInitError(place.data, output));
    });
  });
}
