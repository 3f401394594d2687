import { createHash } from 'node:crypto';
import { chmod, mkdir, readFile, realpath, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { copyAside, exists, findBinaries, hydrate, isCode } from './binaries.ts';
import { PostgresFolderError, PostgresVersionError } from './errors.ts';
import { type ServerUser, closedTo, isRoot, nameOf, ownerOf, unprivilegedUser } from './server-user.ts';

/** Where root keeps what the server's user must reach when the project itself is closed to it. */
const SYSTEM_FOLDER = '/var/lib/voronka';
/** sun_path of a unix socket: 104 bytes on macOS, 108 on Linux. */
const SOCKET_PATH_LIMIT = 100;

/** Every path one embedded server needs, and the user it runs as. */
export interface Place {
  readonly folder: string;
  readonly data: string;
  readonly native: string;
  readonly socket: string;
  readonly lock: string;
  readonly log: string;
  readonly password: string;
  readonly portFile: string;
  /** Set when voronka is root and the server must run as somebody else. */
  readonly user?: ServerUser;
}

export interface PlaceOptions {
  /** The `.voronka` folder. */
  readonly folder: string;
  /** The user named the folder: never keep the data elsewhere, fail instead. */
  readonly explicit: boolean;
  readonly notice: (line: string) => void;
}

/**
 * Decides where binaries and data live. Throws {@link PostgresFolderError} when a folder cannot be used, and
 * {@link PostgresVersionError} when the data belongs to another major version.
 */
export async function choosePlace(options: PlaceOptions): Promise<Place> {
  const folder = await makeFolder(options.folder);
  const pointer = join(folder, 'postgres.place');
  const recorded = (await exists(pointer)) ? (await readFile(pointer, 'utf8')).trim() : undefined;
  let data = recorded ?? join(folder, 'postgres');
  let user: ServerUser | undefined;

  if (isRoot()) {
    user = (await exists(data)) && ownerOf(data).uid !== 0 ? ownerOf(data) : unprivilegedUser();
    const closed = await closedTo(user, (await exists(data)) ? data : recorded === undefined ? folder : '/');
    if (closed !== undefined) {
      if (options.explicit || (await exists(data))) {
        throw new PostgresFolderError(
          data,
          user.name,
          `${closed} is closed to that user`,
          `Open the way with: chmod o+x ${closed}`,
        );
      }
      data = join(SYSTEM_FOLDER, createHash('sha256').update(folder).digest('hex').slice(0, 16), 'postgres');
      await writeFile(pointer, `${data}\n`);
      options.notice(
        `Postgres runs as user "${user.name}", to whom ${closed} is closed: the database is kept in ${data} instead.`,
      );
    }
    if (data.startsWith(SYSTEM_FOLDER)) await makePassable(SYSTEM_FOLDER, dirname(data));
  } else if (process.getuid !== undefined && (await exists(data)) && ownerOf(data).uid !== process.getuid()) {
    const me = userInfo().username;
    const owner = nameOf(ownerOf(data).uid);
    throw new PostgresFolderError(
      data,
      me,
      `it belongs to user "${owner}"`,
      `Run voronka as root or as "${owner}"`,
    );
  }

  const native = await placeBinaries(folder, user);
  return {
    folder,
    data,
    native,
    socket: socketPath(folder),
    lock: join(folder, 'postgres.lock'),
    log: join(folder, 'postgres.log'),
    password: join(folder, 'postgres.password'),
    portFile: join(folder, 'postgres.port'),
    ...(user === undefined ? {} : { user }),
  };
}

async function makeFolder(folder: string): Promise<string> {
  try {
    if (!(await exists(folder))) {
      await mkdir(folder, { recursive: true });
      // Passable, not listable: the server's user needs the way through, and secrets inside are 0600.
      if (isRoot()) await chmod(folder, 0o711);
    }
    return await realpath(folder);
  } catch (error) {
    if (!isCode(error, 'EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST')) throw error;
    const why = `it cannot be made or read (${(error as NodeJS.ErrnoException).code})`;
    throw new PostgresFolderError(
      folder,
      userInfo().username,
      why,
      'Make the folder writable for this user, or name another',
    );
  }
}

/** mkdir's own mode is cut by the umask, and root often works under 077. */
async function makePassable(...folders: string[]): Promise<void> {
  for (const folder of folders) {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o755);
  }
}

async function placeBinaries(folder: string, user: ServerUser | undefined): Promise<string> {
  const found = await findBinaries();
  const version = join(await recordedData(folder), 'PG_VERSION');
  if (await exists(version)) {
    const wrote = (await readFile(version, 'utf8')).trim();
    if (wrote !== found.major) throw new PostgresVersionError(dirname(version), wrote, found.major);
  }
  const inPlace =
    user === undefined || (await closedTo(user, join(found.native, 'bin', 'postgres'))) === undefined;
  if (inPlace && (await hydrate(found.native))) return found.native;
  if (user !== undefined) await makePassable(SYSTEM_FOLDER);
  return copyAside(found, user === undefined ? folder : SYSTEM_FOLDER);
}

async function recordedData(folder: string): Promise<string> {
  const pointer = join(folder, 'postgres.place');
  return (await exists(pointer)) ? (await readFile(pointer, 'utf8')).trim() : join(folder, 'postgres');
}

function socketPath(folder: string): string {
  const hash = createHash('sha256').update(folder).digest('hex').slice(0, 24);
  if (process.platform === 'win32') return `\\\\.\\pipe\\voronka-${hash}`;
  const near = join(folder, 'postgres.sock');
  return Buffer.byteLength(near) <= SOCKET_PATH_LIMIT ? near : join(tmpdir(), `voronka-${hash}.sock`);
}
