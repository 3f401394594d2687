import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { SecretMissingError } from '../../config/index.ts';
import { CalendarMissingError, OwnerUnknownError } from './errors.ts';
import type { IcsCalendar } from './ics-feed.ts';

const ANSWER_WITHIN_MS = 60_000;
/** Years of a busy person are 2 MB. */
const LARGEST = 64 * 1024 * 1024;

/** The .ics file of a path, or those of a folder; a file's owner is named by it unless the settings do. */
export async function icsFiles(path: string, owner: string | undefined): Promise<readonly IcsCalendar[]> {
  const place = resolve(path);
  const found = await stat(place).catch((error: unknown) => {
    throw missing(place, error);
  });
  if (!found.isDirectory()) return [icsFile(place, owner)];
  const names = (await readdir(place)).filter((name) => name.toLowerCase().endsWith('.ics')).sort();
  return names.map((name) => icsFile(join(place, name), owner));
}

function icsFile(path: string, given: string | undefined): IcsCalendar {
  const stem = basename(path).replace(/\.ics$/i, '');
  const owner = given ?? (/^[^\s@]+@[^\s@]+$/.test(stem) ? stem.toLowerCase() : undefined);
  if (owner === undefined) throw new OwnerUnknownError(path);
  return {
    name: `${owner}/${basename(path)}`,
    owner,
    place: path,
    read: () =>
      readFile(path, 'utf8').catch((error: unknown) => {
        throw missing(path, error);
      }),
  };
}

/** A calendar behind a secret address. */
export function icsAddress(variable: string, owner: string, environment: NodeJS.ProcessEnv): IcsCalendar {
  const address = environment[variable];
  if (address === undefined || address === '') {
    throw new SecretMissingError(variable, `the address of ${owner}'s calendar`);
  }
  const place = `the calendar behind ${variable}`;
  return {
    name: `${owner}/${variable.toLowerCase()}`,
    owner,
    place,
    async read(signal) {
      try {
        const answer = await fetch(address.replace(/^webcal:/i, 'https:'), {
          signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_WITHIN_MS)]),
          headers: { accept: 'text/calendar' },
        });
        if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
        const bytes = await answer.arrayBuffer();
        if (bytes.byteLength > LARGEST) throw new Error('it is larger than 64 MB');
        return new TextDecoder().decode(bytes);
      } catch (error) {
        signal.throwIfAborted();
        throw missing(place, error);
      }
    },
  };
}

function missing(place: string, error: unknown): CalendarMissingError {
  const { code, message, cause } = error as NodeJS.ErrnoException;
  const detail =
    code === 'ENOENT'
      ? 'there is no such file or folder.'
      : code === 'EACCES'
        ? 'access is denied (EACCES).'
        : `${message}.`;
  // What fetch throws says nothing; its cause does.
  const inner = (cause as Error | undefined)?.message;
  return new CalendarMissingError(place, inner === undefined ? detail : `${detail} ${inner}.`, error);
}
