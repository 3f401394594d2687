import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli, startCli, type CliResult } from '../harness/cli.ts';
import { company, openBench, type Bench } from './amocrm-source-fixture.ts';
import { until } from './webhooks-fixture.ts';

const hasPsql = spawnSync('psql', ['--version'], { stdio: 'ignore' }).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'voronka-cli-'));
let bench: Bench;

beforeAll(async () => {
  bench = await openBench(
    company({ leads: 300, contacts: 50, companies: 20, events: 100, tasks: 30, notes: 20 }),
  );
  configure({});
});

afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

function configure(changes: Record<string, unknown>, file = 'voronka.yaml'): void {
  const config = {
    account: { name: 'CLI', time_zone: 'Europe/Moscow', currency: 'RUB' },
    sources: [
      { type: 'amocrm', base_url: bench.standIn.url, token_env: 'CLI_TOKEN', requests_per_second: 500 },
    ],
    ...changes,
  };
  writeFileSync(join(folder, file), JSON.stringify(config));
}

const environment = () => ({
  DATABASE_URL: bench.warehouse.url,
  CLI_TOKEN: bench.standIn.token,
  VORONKA_API_SECRET: 'a secret of at least thirty-two characters',
});

function voronka(
  args: readonly string[],
  changes: Record<string, string | undefined> = {},
): Promise<CliResult> {
  return runCli(args, folder, { ...environment(), ...changes });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe('what a user gets when something is wrong', () => {
  it('a broken YAML: line and column, exit 2', async () => {
    writeFileSync(join(folder, 'broken.yaml'), 'account: {\n  name: "CLI\n');
    const { code, stderr } = await voronka(['-c', 'broken.yaml', 'sync']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/broken\.yaml is not valid YAML:\n\s+- line 3, column/);
    expect(stderr).not.toContain('    at ');
  });

  it('no configuration: how to make one, exit 2', async () => {
    const { code, stderr } = await voronka(['-c', 'absent.yaml', 'status']);
    expect(code).toBe(2);
    expect(stderr).toContain('voronka init');
  });

  it('no token in the environment: which variable, exit 2', async () => {
    const { code, stderr } = await voronka(['sync'], { CLI_TOKEN: undefined });
    expect(code, stderr).toBe(2);
    expect(stderr).toContain('CLI_TOKEN is not set');
  });

  it('a wrong token: what to do, without the token, exit 3', async () => {
    const { code, stderr } = await voronka(['sync'], { CLI_TOKEN: 'wrong-token-of-somebody' });
    expect(code, stderr).toBe(3);
    expect(stderr).toMatch(/token/i);
    expect(stderr).not.toContain('wrong-token-of-somebody');
    expect(stderr).not.toContain('    at ');
  });

  it('an unknown source: the known ones, exit 2', async () => {
    const { code, stderr } = await voronka(['sync', 'bitrix']);
    expect(code, stderr).toBe(2);
    expect(stderr).toContain('Known sources: amocrm');
  });

  it('an address where nobody answers: exit 4', async () => {
    const source = { type: 'amocrm', base_url: 'http://127.0.0.1:1', token_env: 'CLI_TOKEN', name: 'nobody' };
    configure({ sources: [source] }, 'nobody.yaml');
    const { code, stdout } = await voronka(['-c', 'nobody.yaml', 'doctor']);
    expect(code).toBe(5);
    expect(stdout).toContain('127.0.0.1:1');
  });

  it('a database that is not there: its address without the password, exit 4', async () => {
    const { code, stderr } = await voronka(['status'], {
      DATABASE_URL: 'postgres://someone:hidden@127.0.0.1:1/voronka',
    });
    expect(code, stderr).toBe(4);
    expect(stderr).toContain('127.0.0.1:1');
    expect(stderr).not.toContain('hidden');
  });

  it('an unknown pipeline in the configuration: the known ones, exit 3', async () => {
    expect((await voronka(['sync'])).code).toBe(0);
    configure(
      { funnel: { steps: [{ pipeline: 'Wholesale', stages: { Talk: 'contacted' } }] } },
      'pipeline.yaml',
    );
    const { code, stderr } = await voronka(['-c', 'pipeline.yaml', 'build']);
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('Wholesale');
    expect(stderr).toContain('"Sales" (1)');
  });

  it('a port in use: which one, exit 3', async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve));
    const { port } = taken.address() as { port: number };
    const { code, stderr } = await voronka(['serve', '--port', String(port)]);
    taken.close();
    expect(code, stderr).toBe(3);
    expect(stderr).toContain(String(port));
  });

  it('a query that is not JSON: exit 2; a measure that does not exist: its name, exit 3', async () => {
    expect((await voronka(['query', '{measures: 1'])).code).toBe(2);
    expect((await voronka(['build'])).code).toBe(0);
    const { code, stderr } = await voronka(['query', '{"measures":["funnel.leads_nwe"]}']);
    expect(code, stderr).toBe(3);
    expect(stderr).toContain('leads_nwe');
  });

  it('options that contradict each other: exit 2', async () => {
    const { code, stderr } = await voronka(['sync', '--from', '2026-01-01']);
    expect(code).toBe(2);
    expect(stderr).toContain('--backfill');
    expect((await voronka(['sink'])).code).toBe(2);
  });

  it('a folder that the stand-in cannot serve: file and field, exit not 0', async () => {
    writeFileSync(join(folder, 'account.json'), '{"id": 1}');
    const { code, stderr } = await voronka(['stand-in', 'amocrm', '--data', folder, '--port', '0']);
    expect(code).not.toBe(0);
    expect(stderr).toMatch(/account\.json, field "name"/);
  });
});

describe('the commands on a healthy account', () => {
  it('init writes a configuration once and never over another', async () => {
    expect((await voronka(['-c', 'new.yaml', 'init'])).code).toBe(0);
    const written = readFileSync(join(folder, 'new.yaml'), 'utf8');
    const again = await voronka(['-c', 'new.yaml', 'init']);
    expect(again.code).toBe(3);
    expect(readFileSync(join(folder, 'new.yaml'), 'utf8')).toBe(written);
  });

  it('doctor finds all well and names the account', async () => {
    const { code, stdout } = await voronka(['doctor']);
    expect(code, stdout).toBe(0);
    expect(stdout).toContain('Fixture');
    expect(stdout).toContain('All is well.');
  });

  it('sync, build, query and status work one after the other', async () => {
    expect((await voronka(['sync'])).code).toBe(0);
    expect((await voronka(['build'])).code).toBe(0);
    const asked = await voronka(['query', '--json', '{"measures":["funnel.leads_new"]}']);
    expect(asked.code, asked.stderr).toBe(0);
    expect(JSON.parse(asked.stdout)).toEqual([{ 'funnel.leads_new': '300' }]);
    const table = await voronka(['query', '{"measures":["funnel.leads_new"]}']);
    expect(table.stdout).toContain('New leads');
    const status = await voronka(['status', '--json']);
    expect(status.code, status.stdout).toBe(0);
    const { streams } = JSON.parse(status.stdout);
    expect(streams.find(({ stream }: { stream: string }) => stream === 'leads')).toMatchObject({
      rows: 300,
      deleted: 0,
      rejects: 0,
    });
  });

  it.skipIf(!hasPsql)('serves what was built to psql, and nobody without a good password', async () => {
    const [port, sqlPort] = [await freePort(), await freePort()];
    configure(
      { serve: { port }, sql_api: { port: sqlPort }, schedule: { cron: '0 0 1 1 *' } },
      'served.yaml',
    );
    const token = (await voronka(['-c', 'served.yaml', 'token', '--role', 'executive'])).stdout.trim();
    const serving = startCli(['-c', 'served.yaml', 'serve'], folder, environment());
    const ask = (password: string) =>
      promisify(execFile)(
        'psql',
        [
          `host=127.0.0.1 port=${sqlPort} user=bi dbname=voronka`,
          '-XAtc',
          'select measure(leads_new) from funnel',
        ],
        { env: { ...process.env, PGPASSWORD: password } },
      ).then(
        ({ stdout }) => stdout.trim(),
        ({ stderr }: { stderr: string }) => stderr,
      );
    try {
      await until('the SQL API answers', async () => !/refused|not running/.test(await ask(token)), 90);
      expect(await ask(token)).toBe('300');
      expect(await ask('wrong')).toMatch(/password authentication failed/);
    } finally {
      serving.child.kill('SIGKILL');
      await serving.ended;
    }
  });

  it('a range is read again on request and changes nothing that has not changed', async () => {
    const { code, stderr } = await voronka([
      'sync',
      'amocrm',
      '--backfill',
      '--from',
      '2025-01-01',
      '--to',
      '2026-01-01',
    ]);
    expect(code, stderr).toBe(0);
    const { rows } = await bench.warehouse.pool.query('select count(*)::int from raw.amocrm__leads__history');
    expect(rows).toEqual([{ count: 0 }]);
  });
});
