import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DateTime } from 'luxon';
import PostalMime, { type Email } from 'postal-mime';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { issueToken } from '../../cube/auth.ts';
import { company, openBench, type Bench } from '../contract/amocrm-source-fixture.ts';
import { smtpStandIn } from '../contract/channels-stand-ins.ts';
import { startCli, type CliResult, type CliRun } from '../harness/cli.ts';

const SECRET = 'a secret of at least thirty-two characters';
/** Five hours ahead of Moscow; the process itself runs in UTC. */
const ZONE = 'Asia/Irkutsk';
const PATIENCE_MS = 270_000;
const folder = mkdtempSync(join(tmpdir(), 'voronka-speaking-'));
chmodSync(folder, 0o711);

let bench: Bench;
let smtp: Awaited<ReturnType<typeof smtpStandIn>>;
let port: number;
const running = new Set<CliRun>();
beforeAll(async () => {
  bench = await openBench(company({ leads: 60, contacts: 5, companies: 2, events: 10 }));
  smtp = await smtpStandIn();
  port = await freePort();
});
afterAll(async () => {
  for (const { child, ended } of running) {
    child.kill('SIGKILL');
    await ended;
  }
  await smtp.stop();
  await bench.close();
  rmSync(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}

interface Digest {
  readonly name: string;
  readonly at: string;
}

function configure(digests: readonly Digest[]): void {
  const config = {
    account: { name: 'Спутник', time_zone: ZONE, currency: 'RUB' },
    sources: [
      {
        type: 'amocrm',
        base_url: bench.standIn.url,
        token_env: 'SPEAKING_TOKEN',
        requests_per_second: 100,
      },
    ],
    // Nothing is read on a schedule while this test runs.
    schedule: { cron: '0 0 1 1 *' },
    serve: { port },
    channels: [{ type: 'email', name: 'mail', server_env: 'SPEAKING_SMTP', from: 'bi@company.example' }],
    recipients: [
      { name: 'boss', role: 'executive', at: [{ channel: 'mail', address: 'boss@company.example' }] },
    ],
    reports: {
      dashboard_url: 'https://bi.company.example',
      digests: digests.map((one) => ({ ...one, report: 'daily', every: 'day', to: ['boss'] })),
    },
    alerts: { quiet_hours: { from: '00:00', to: '00:00' }, levels: [{ to: ['boss'] }] },
  };
  writeFileSync(join(folder, 'voronka.yaml'), JSON.stringify(config));
}

function start(command: 'up' | 'serve'): CliRun {
  const run = startCli([command], folder, {
    DATABASE_URL: bench.warehouse.url,
    SPEAKING_TOKEN: bench.standIn.token,
    SPEAKING_SMTP: smtp.url,
    VORONKA_API_SECRET: SECRET,
    TZ: 'UTC',
  });
  running.add(run);
  return run;
}

/** The digest has stood in the configuration for so long, and nothing ran since. */
const wasThere = (digest: string, since: string) =>
  bench.warehouse.pool.query(`insert into ops.digests (digest, since) values ($1, now() - $2::interval)`, [
    digest,
    since,
  ]);

const mails = (): Promise<Email[]> => Promise.all(smtp.raw.map((text) => PostalMime.parse(text)));

/** Where it does not come, what the process said is worth more than that the test took too long. */
async function until(what: string, isSo: () => boolean, { child, ended }: CliRun): Promise<void> {
  let result: CliResult | undefined;
  void ended.then((how) => (result = how));
  const giveUp = setTimeout(() => child.kill('SIGKILL'), PATIENCE_MS);
  while (!isSo()) {
    if (result) throw new Error(`The process ended before ${what}:\n${result.stdout}${result.stderr}`);
    await sleep(200);
  }
  clearTimeout(giveUp);
}

it('a process that reads, builds and serves sends what is due by mail: a missed evening, one on time, the alerts; each once, also when it is killed', async () => {
  const midnight = { name: 'missed', at: '00:00' };
  const soon = DateTime.now().setZone(ZONE).plus({ seconds: 80 }).startOf('minute');
  configure([midnight, { name: 'timely', at: soon.toFormat('HH:mm') }]);
  await wasThere('missed', '3 days');
  // Where the process needs longer than that to begin, this one is made up for as well.
  await wasThere('timely', '0 s');
  const first = start('up');
  await until('three mails', () => smtp.received.length >= 3, first);

  const received = await mails();
  const alerts = received.filter(({ subject = '' }) => /Open deals without a task/.test(subject));
  const digests = received.filter(({ subject = '' }) => subject.startsWith('Daily scorecard'));
  expect([alerts.length, digests.length]).toEqual([1, 2]);
  // Three managers in one message, each with the number and the deals behind it.
  expect(alerts[0]?.subject).toBe('Спутник: Open deals without a task: Manager 0 — 20 (up to 4) (+2)');
  for (const name of ['Manager 0', 'Manager 1', 'Manager 2']) expect(alerts[0]?.text).toContain(name);
  const isLate = digests.map(({ html = '' }) => html.includes('Sent late: it was due at'));
  // Where the missed one is made as the other one falls due, either may come first.
  expect(isLate).toContain(true);
  const today = DateTime.now().setZone(ZONE).setLocale('en').toFormat('MMMM d, yyyy');
  for (const { subject, html = '', text = '', attachments } of digests) {
    expect(subject).toBe(`Daily scorecard, ${today}`);
    expect(text.length).toBeGreaterThan(200);
    expect(html).toContain('https://bi.company.example/scorecard?');
    const images = [...html.matchAll(/src="cid:([^"]+)"/g)].map(([, cid]) => `<${cid}>`);
    const inline = attachments.filter(({ disposition }) => disposition === 'inline');
    expect(inline.map(({ contentId }) => contentId)).toEqual(images);
    expect(attachments.map(({ filename }) => filename)).toContainEqual(
      expect.stringMatching(/^daily-.*\.xlsx$/),
    );
  }
  await theRoutesAnswer();

  first.child.kill('SIGKILL');
  await first.ended;
  const before = smtp.received.length;
  // What comes last in the lane tells that nothing came before it.
  configure([midnight, { name: 'timely', at: soon.toFormat('HH:mm') }, { name: 'after', at: '00:00' }]);
  await wasThere('after', '3 days');
  const second = start('serve');
  await until('the mail after the kill', () => smtp.received.length > before, second);
  const { rows } = await bench.warehouse.pool.query(
    `select state, count(*)::int as count, sum(attempts)::int as attempts from ops.messages group by 1`,
  );
  expect(rows).toEqual([{ state: 'sent', count: 4, attempts: 4 }]);
  const editions = await bench.warehouse.pool.query(
    `select digest, state, is_late, messages from ops.editions order by digest`,
  );
  expect(editions.rows).toEqual([
    { digest: 'after', state: 'made', is_late: true, messages: 1 },
    { digest: 'missed', state: 'made', is_late: true, messages: 1 },
    { digest: 'timely', state: 'made', is_late: isLate.every(Boolean), messages: 1 },
  ]);
  const runs = await bench.warehouse.pool.query('select state, raised, failed_rules from ops.alert_runs');
  expect(runs.rows).toEqual([{ state: 'done', raised: 3, failed_rules: [] }]);
  expect(new Set(smtp.received.map(({ id }) => id)).size).toBe(smtp.received.length);
}, 600_000);

/** Beside Cube's own routes, in the process that serves: the same tokens, the same refusals. */
async function theRoutesAnswer(): Promise<void> {
  const base = `http://127.0.0.1:${port}/cubejs-api/v1`;
  const get = (path: string, token?: string): Promise<Response> =>
    fetch(`${base}${path}`, token === undefined ? {} : { headers: { authorization: token } });
  const boss = issueToken({ secret: SECRET, role: 'executive' });
  const book = await get('/reports/regulation?format=xlsx', boss);
  expect(book.status).toBe(200);
  expect(
    Buffer.from(await book.arrayBuffer())
      .subarray(0, 2)
      .toString(),
  ).toBe('PK');
  expect((await get('/reports/regulation')).status).toBe(403);
  const forged = issueToken({ secret: 'another secret that is just as long as it', role: 'executive' });
  expect((await get('/reports/regulation', forged)).status).toBe(403);

  const { rows } = await bench.warehouse.pool.query<{ id: string; manager_id: string }>(
    'select alert_id::text as id, manager_id from ops.alerts order by manager_id',
  );
  const take = async ({ id }: { id: string }, manager: string): Promise<number> => {
    const authorization = issueToken({ secret: SECRET, role: 'manager', managers: [manager] });
    return (await fetch(`${base}/alerts/${id}/acknowledge`, { method: 'POST', headers: { authorization } }))
      .status;
  };
  expect(await take(rows[0]!, rows[1]!.manager_id)).toBe(404);
  expect(await take(rows[0]!, rows[0]!.manager_id)).toBe(200);
  const taken = await bench.warehouse.pool.query('select from ops.alerts where acknowledged_at is not null');
  expect(taken.rowCount).toBe(1);
}
