import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { runCli, startCli } from '../harness/cli.ts';
import { company, openBench, type Bench } from './amocrm-source-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'voronka-auth-'));
let bench: Bench;
let redirect: string;
let environment: Record<string, string>;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

beforeAll(async () => {
  redirect = `http://127.0.0.1:${await freePort()}/callback`;
  bench = await openBench(company({ leads: 30 }), {
    integration: { clientId: 'integration-of-the-test', clientSecret: 'its-secret', redirectUri: redirect },
  });
  environment = {
    DATABASE_URL: bench.warehouse.url,
    CLIENT_ID: 'integration-of-the-test',
    CLIENT_SECRET: 'its-secret',
    VORONKA_SECRET_KEY: 'a passphrase of the tests',
  };
  const oauth = { client_id_env: 'CLIENT_ID', client_secret_env: 'CLIENT_SECRET', redirect_uri: redirect };
  writeFileSync(
    join(folder, 'voronka.yaml'),
    JSON.stringify({
      account: { name: 'Auth', time_zone: 'Europe/Moscow', currency: 'RUB' },
      sources: [{ type: 'amocrm', base_url: bench.standIn.url, oauth, requests_per_second: 100 }],
    }),
  );
});

afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

it('says that access must be granted before the first sync', async () => {
  const { code, stderr } = await runCli(['sync'], folder, environment);
  expect(code, stderr).toBe(3);
  expect(stderr).toContain('voronka auth amocrm');
});

it('takes the code at its local address, only with its own state, and keeps the tokens encrypted', async () => {
  const { child, ended } = startCli(['auth', 'amocrm'], folder, environment);
  let printed = '';
  child.stdout!.on('data', (chunk: Buffer) => (printed += chunk.toString()));
  while (!printed.includes('Waiting for the answer') && child.exitCode === null) await sleep(50);
  const consent = new URL(/https:\/\/\S+/.exec(printed)![0]);
  expect(consent.searchParams.get('client_id')).toBe('integration-of-the-test');
  const state = consent.searchParams.get('state')!;
  const code = bench.standIn.issueCode();

  const forged = await fetch(`${redirect}?code=stolen&state=guessed`);
  expect(forged.status).toBe(404);
  expect((await fetch(`${redirect}?code=${code}&state=${state}`)).status).toBe(200);
  const done = await ended;
  expect(done, done.stderr).toMatchObject({ code: 0 });

  const { rows } = await bench.warehouse.pool.query<{ sealed: string }>(
    'select sealed from ops.oauth_tokens',
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]!.sealed).not.toMatch(/eyJ|access/);
  const sync = await runCli(['sync'], folder, environment);
  expect(sync, sync.stderr).toMatchObject({ code: 0 });
  expect(await bench.differences()).toEqual([]);
});

it('refuses a code that was used, and says what to do', async () => {
  const used = bench.standIn.issueCode();
  expect((await runCli(['auth', 'amocrm', '--code', used], folder, environment)).code).toBe(0);
  const again = await runCli(['auth', 'amocrm', '--code', used], folder, environment);
  expect(again.code, again.stderr).toBe(3);
  expect(again.stderr).toContain('voronka auth amocrm');
  expect(again.stderr).not.toContain(used);
});
