import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { issueToken, type Role } from '../../cube/auth.ts';
import { runQuery, type Row } from '../../cube/query.ts';
import { startCli } from '../harness/cli.ts';

export interface DemoCompany {
  readonly url: string;
  /** The password of the user `demo`. */
  readonly password: string;
  token(role: Role, claims?: { teams?: string[]; managers?: string[] }): string;
  /** Rows over REST, with a token and no browser: what the screen must equal. */
  ask(query: object, token: string): Promise<readonly Row[]>;
  stop(): Promise<void>;
}

/** `voronka demo` as a user starts it, in a folder of its own; resolves when it serves. */
export async function startDemoCompany(leads: number): Promise<DemoCompany> {
  const already = process.env['VORONKA_E2E_URL'];
  if (already !== undefined) return overRunning(already, process.env['VORONKA_E2E_FOLDER'] ?? '.');

  const folder = mkdtempSync(join(tmpdir(), 'voronka-e2e-'));
  // Postgres refuses to run as root; the user it runs as must get to its data.
  chmodSync(folder, 0o711);
  const { child, ended } = startCli(['demo', '--leads', String(leads), '--port', '0'], folder, {
    DATABASE_URL: undefined,
  });
  const stop = async (): Promise<void> => {
    child.kill('SIGINT');
    await ended;
    rmSync(folder, { recursive: true, force: true });
  };
  let output = '';
  const served = new Promise<{ url: string; password: string }>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const url = /API\s+(http:\S+)\/cubejs-api\/v1/.exec(output)?.[1];
      const password = /user demo with password (\S+)\)/.exec(output)?.[1];
      if (url !== undefined && password !== undefined) resolve({ url, password });
    });
    void ended.then(({ stderr }) => reject(new Error(`The demo ended:\n${output}\n${stderr}`)));
  });
  try {
    const { url, password } = await served;
    // Its own files may still be building.
    while ((await fetch(url, { headers: { accept: 'text/html' } })).status !== 200) await sleep(250);
    return { ...overRunning(url, folder), password, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** One that runs already, in a folder: to work on the tests without waiting for it each time. */
function overRunning(url: string, folder: string): DemoCompany {
  const secret = readFileSync(join(folder, '.voronka', 'api-secret'), 'utf8').trim();
  return {
    url,
    password: process.env['VORONKA_E2E_PASSWORD'] ?? '',
    token: (role, claims = {}) => issueToken({ secret, role, ...claims }),
    ask: async (query, token) => (await runQuery({ url, token, query })).rows,
    stop: () => Promise.resolve(),
  };
}
