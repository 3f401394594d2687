import { readFileSync } from 'node:fs';
import { link, readFile, rename, rm, unlink, writeFile } from 'node:fs/promises';
import { isCode } from './binaries.ts';

/**
 * One process at a time may start the server. The lock is a file that names its holder; a dead holder's lock is taken over. It only
 * keeps starters from getting in each other's way: that two servers never share a folder is Postgres's own guarantee.
 * Returns the release function, or undefined when somebody living holds the lock.
 */
export async function tryStartLock(path: string): Promise<(() => Promise<void>) | undefined> {
  const mine = `${process.pid} ${birthOf(process.pid)} ${Math.random()}`;
  const draft = `${path}.${process.pid}.${Math.random().toString(36).slice(2)}`;
  await writeFile(draft, mine, { mode: 0o600 });
  try {
    // link() fails when the target is there, and the file appears with its content: nobody reads a half-written lock.
    await link(draft, path);
    return async () => {
      if ((await readFile(path, 'utf8').catch(() => '')) === mine) await unlink(path).catch(() => undefined);
    };
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    await removeIfDead(path);
    return undefined;
  } finally {
    await rm(draft, { force: true });
  }
}

/** Distinguishes a process from a later one with the same number; empty where the system does not tell. */
export function birthOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // Field 22; the second field is a name in parentheses that may hold spaces.
    const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? '';
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${started}`;
  } catch {
    return '';
  }
}

/** False for a zombie, too: in a container whose first process reaps nobody, the killed stay in the table for ever. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return stateOf(pid) !== 'Z';
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

function stateOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.charAt(stat.lastIndexOf(')') + 2);
  } catch {
    return '';
  }
}

async function removeIfDead(path: string): Promise<void> {
  const held = await readFile(path, 'utf8').catch(() => undefined);
  if (held === undefined) return;
  const [pid, birth] = held.split(' ');
  if (isAlive(Number(pid)) && birthOf(Number(pid)) === birth) return;
  const away = `${path}.stale.${process.pid}`;
  try {
    await rename(path, away);
    // Between reading and renaming, another process may have replaced the dead one's lock with its own: give that back.
    if ((await readFile(away, 'utf8')) !== held) await link(away, path).catch(() => undefined);
    await rm(away, { force: true });
  } catch (error) {
    if (!isCode(error, 'ENOENT')) throw error;
  }
}
