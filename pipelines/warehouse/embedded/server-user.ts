import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { NoServerUserError } from './errors.ts';

export interface ServerUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** Who the server runs as when voronka itself is root: `postgres`, else `nobody`. No user is ever created. */
export function unprivilegedUser(): ServerUser {
  const user = lookUp('postgres') ?? lookUp('nobody');
  if (user === undefined) throw new NoServerUserError();
  return user;
}

/** The owner of an existing data folder: Postgres accepts no other. */
export function ownerOf(path: string): ServerUser {
  const { uid, gid } = statSync(path);
  return { uid, gid, name: nameOf(uid) };
}

export function nameOf(uid: number): string {
  return accounts().find((account) => account.uid === uid)?.name ?? `uid ${uid}`;
}

/**
 * The first folder on the way to `path` that `user` cannot pass, or undefined when the way is open. Plain mode bits are exact
 * here: a child started with another uid keeps no supplementary groups. `path` itself must exist.
 */
export async function closedTo(user: ServerUser, path: string): Promise<string | undefined> {
  const way: string[] = [];
  for (let at = await realpath(path); ; at = dirname(at)) {
    way.unshift(at);
    if (dirname(at) === at) break;
  }
  for (const at of way) {
    const { mode, uid, gid } = await stat(at);
    const bit = uid === user.uid ? 0o100 : gid === user.gid ? 0o010 : 0o001;
    if ((mode & bit) === 0) return at;
  }
  return undefined;
}

function lookUp(name: string): ServerUser | undefined {
  const found = accounts().find((account) => account.name === name);
  if (found !== undefined) return found;
  // Accounts that come from a directory service (or macOS) are not in /etc/passwd.
  try {
    const id = (flag: string) =>
      Number(execFileSync('id', [flag, name], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }));
    return { name, uid: id('-u'), gid: id('-g') };
  } catch {
    return undefined;
  }
}

function accounts(): ServerUser[] {
  try {
    return readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .filter((field) => field.length >= 4)
      .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }));
  } catch {
    return [];
  }
}
