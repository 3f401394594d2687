import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HOOK_CODES } from '../../pipelines/webhooks/index.ts';
import { runCli, startCli } from '../harness/cli.ts';
import { company, openBench, type Bench } from './amocrm-source-fixture.ts';
import { leadForm, until } from './webhooks-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'voronka-webhooks-'));
let bench: Bench;
let port: number;

beforeAll(async () => {
  bench = await openBench(
    company({ leads: 300, contacts: 30, companies: 10, events: 60, tasks: 10, notes: 10 }),
  );
  port = await freePort();
  configure({ webhooks: { enabled: true, debounce: '3s' } });
  const first = await voronka(['sync']);
  expect(first.code, first.stderr).toBe(0);
});
afterAll(async () => {
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

function configure(source: object, file = 'voronka.yaml'): void {
  const config = {
    account: { name: 'Hooks', time_zone: 'Europe/Moscow', currency: 'RUB' },
    sources: [
      {
        type: 'amocrm',
        base_url: bench.standIn.url,
        token_env: 'HOOKS_TOKEN',
        requests_per_second: 100,
        ...source,
      },
    ],
    // Nothing is read on a schedule while these tests run.
    schedule: { cron: '0 0 1 1 *' },
    serve: { port },
  };
  writeFileSync(join(folder, file), JSON.stringify(config));
}

const environment = () => ({
  DATABASE_URL: bench.warehouse.url,
  HOOKS_TOKEN: bench.standIn.token,
  VORONKA_API_SECRET: 'a secret of at least thirty-two characters',
});
const voronka = (args: readonly string[]) => runCli(args, folder, environment());

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}

const post = (to: string, id: number) =>
  fetch(to, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: leadForm(id),
  });

describe('voronka webhooks', () => {
  it('prints the address to give to amoCRM and what to tick', async () => {
    const { code, stdout, stderr } = await voronka(['webhooks', '--public-url', 'https://bi.example.com/']);
    expect(code, stderr).toBe(0);
    expect(stdout).toMatch(/^ {2}https:\/\/bi\.example\.com\/hooks\/amocrm\/amocrm\/[\w-]{43}$/m);
    for (const setting of HOOK_CODES) expect(stdout).toContain(setting);
    expect(stdout).not.toContain(bench.standIn.token);
  });

  it('registers the address as an administrator does', async () => {
    const { code, stdout, stderr } = await voronka([
      'webhooks',
      '--register',
      '--public-url',
      `http://127.0.0.1:${port}`,
    ]);
    expect(code, stderr).toBe(0);
    const [hook] = bench.standIn.hooks.hooks.values();
    expect(hook).toMatchObject({ disabled: false, settings: HOOK_CODES });
    expect(stdout).toContain(hook?.destination);
  });

  it('says what is missing: an address to register, a source that takes hooks, an administrator', async () => {
    expect(await voronka(['webhooks', '--register'])).toMatchObject({ code: 2 });
    expect(await voronka(['webhooks', '--public-url', 'https://отдел.рф'])).toMatchObject({ code: 2 });
    configure({}, 'off.yaml');
    const off = await voronka(['-c', 'off.yaml', 'webhooks']);
    expect(off.code).toBe(2);
    expect(off.stderr).toContain('webhooks: { enabled: true }');
    bench.standIn.faults['no-rights'] = { path: '/webhooks' };
    const refused = await voronka(['webhooks', '--register', '--public-url', 'https://bi.example.com']);
    delete bench.standIn.faults['no-rights'];
    expect(refused.code).toBe(3);
    expect(refused.stderr).toMatch(/administrator/);
  });
});

it('a hint that was answered is read again though the process was killed right after', async () => {
  const { standIn } = bench;
  const [hook] = standIn.hooks.hooks.values();
  const destination = hook?.destination ?? '';
  const price = async (id: number): Promise<number> => {
    const { rows } = await bench.warehouse.pool.query<{ price: number }>(
      `select (payload ->> 'price')::int as price from raw.amocrm__leads where id = $1`,
      [String(id)],
    );
    return rows[0]?.price ?? -1;
  };
  const up = () =>
    fetch(`http://127.0.0.1:${port}/nowhere`).then(
      ({ status }) => status === 404,
      () => false,
    );

  const first = startCli(['serve'], folder, environment());
  await until('it serves', up, 60);
  // The post comes from here, so that nothing is told twice.
  standIn.hooks.hooks.clear();
  standIn.changePrice(1_007, 70_007);
  const answer = await post(destination, 1_007);
  first.child.kill('SIGKILL');
  expect(answer.status).toBe(200);
  await first.ended;
  expect(await price(1_007)).not.toBe(70_007);

  const second = startCli(['serve'], folder, environment());
  try {
    await until('the row is read again', async () => (await price(1_007)) === 70_007, 60);
    const { rows } = await bench.warehouse.pool.query('select count(*)::int as count from ops.syncs');
    expect(rows).toEqual([{ count: 1 }]);
    const { stdout } = await voronka(['status']);
    expect(stdout).toMatch(
      /^amocrm: 1 webhooks, the last \d{4}-\d\d-\d\d [\d:]{8}; 0 hints still to be read\.$/m,
    );
    // The same server answers for the KPIs and knows nothing of other addresses.
    await until('it serves', up, 60);
    const wrong = await post(`${destination.slice(0, -1)}_`, 1);
    const nowhere = await post(`http://127.0.0.1:${port}/hooks/amocrm/amocrm/nowhere`, 1);
    expect([wrong.status, nowhere.status]).toEqual([404, 404]);
    expect(wrong.headers.get('content-type')).toBe(
      (await post(`http://127.0.0.1:${port}/nowhere`, 1)).headers.get('content-type'),
    );
  } finally {
    second.child.kill('SIGKILL');
    await second.ended;
  }
}, 180_000);
