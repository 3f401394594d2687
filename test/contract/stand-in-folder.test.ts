import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startAmocrmStandIn } from '../../demo/amocrm/index.ts';
import { company, get, idsOf, started } from './stand-in-company.ts';

const names = [
  'users',
  'pipelines',
  'loss_reasons',
  'leads',
  'contacts',
  'companies',
  'events',
  'tasks',
  'notes',
];
let dir: string;

/** The smallest account of demo/README.md. */
function writeSmallest(): void {
  writeFileSync(join(dir, 'account.json'), '{"id": 1, "name": "Acme", "subdomain": "acme"}');
  for (const name of names) writeFileSync(join(dir, `${name}.jsonl`), '');
  writeFileSync(join(dir, 'users.jsonl'), '{"id": 1, "name": "Anna", "rights": {"is_admin": true}}\n');
  const pipeline = '{"id": 10, "name": "Sales", "_embedded": {"statuses": [{"id": 11, "name": "New"}]}}';
  writeFileSync(join(dir, 'pipelines.jsonl'), pipeline);
  const lead =
    '{"id": 1, "pipeline_id": 10, "status_id": 142, "price": 500, "responsible_user_id": 1, "created_at": 1700000000, "closed_at": 1700500000}';
  writeFileSync(join(dir, 'leads.jsonl'), `${lead}\n`);
}

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'voronka-stand-in-'));
  writeSmallest();
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

describe('a data folder', () => {
  it('as small as the one in demo/README.md is served, with every default filled in', async () => {
    const standIn = await startAmocrmStandIn({ dataDir: dir, rate: 0 });
    const lead = (await get(standIn, '/leads/1')).json;
    expect(lead).toMatchObject({
      price: 500,
      status_id: 142,
      updated_at: 1700000000,
      created_by: 0,
      account_id: 1,
    });
    expect(lead._embedded).toEqual({ tags: [], companies: [] });
    const { json } = await get(standIn, '/leads/pipelines/10');
    expect(json._embedded.statuses.map((status: { id: number }) => status.id)).toEqual([11, 142, 143]);
    await standIn.stop();
  });

  it('may have blank lines, Windows line ends, a byte order mark and no newline at the end', async () => {
    const rows = ['{"id":7,"name":"Ы","created_at":1}', '{"id":8,"name":"Я","created_at":2}'];
    writeFileSync(join(dir, 'contacts.jsonl'), `\ufeff${rows.join('\r\n\r\n')}`);
    const standIn = await startAmocrmStandIn({ dataDir: dir, rate: 0 });
    expect(
      (await get(standIn, '/contacts')).json._embedded.contacts.map((row: { name: string }) => row.name),
    ).toEqual(['Ы', 'Я']);
    await standIn.stop();
  });

  it('keeps deleted leads in the bin', async () => {
    writeFileSync(
      join(dir, 'leads.jsonl'),
      '{"id":5,"pipeline_id":10,"status_id":11,"created_at":1,"updated_at":9,"updated_by":1,"is_deleted":true}',
    );
    const standIn = await startAmocrmStandIn({ dataDir: dir, rate: 0 });
    expect((await get(standIn, '/leads')).status).toBe(204);
    const [row] = (await get(standIn, '/leads?with=only_deleted')).json._embedded.leads;
    expect(row).toMatchObject({ id: 5, updated_at: 9, updated_by: 1, is_deleted: true, status_id: null });
    await standIn.stop();
  });

  const good = '{"id":1,"pipeline_id":10,"status_id":11,"created_at":1}';
  it.each([
    ['a missing file', 'tasks.jsonl', undefined, /tasks\.jsonl: the file is missing/],
    ['a line that is not JSON', 'leads.jsonl', `${good}\n{"id":2,`, /leads\.jsonl, line 2: not JSON/],
    ['a line that is a list', 'leads.jsonl', '[1]', /line 1: expected one JSON object/],
    [
      'a missing field',
      'leads.jsonl',
      `${good}\n\n{"id":2,"status_id":11,"created_at":1}`,
      /line 3, field "pipeline_id": a whole number is required, and it is missing/,
    ],
    [
      'a null where a number is needed',
      'contacts.jsonl',
      '{"id":1,"created_at":null}',
      /field "created_at".*it is null/,
    ],
    [
      'a wrong type',
      'leads.jsonl',
      good.replace('"created_at":1', '"created_at":"yesterday"'),
      /field "created_at": expected a whole number, found "yesterday"/,
    ],
    ['an id twice', 'leads.jsonl', `${good}\n${good}`, /line 2, field "id": 1 stands on an earlier line/],
    [
      'an unknown time zone',
      'account.json',
      '{"id":1,"name":"a","subdomain":"a","_embedded":{"datetime_settings":{"timezone":"Mars/Base"}}}',
      /timezone.*Mars\/Base/,
    ],
  ])('with %s does not start, and the message says where and what', async (_, file, text, message) => {
    if (text === undefined) rmSync(join(dir, file));
    else writeFileSync(join(dir, file), text);
    const start = startAmocrmStandIn({ dataDir: dir });
    await expect(start).rejects.toThrow(message);
    await expect(start).rejects.toMatchObject({ code: 'STAND_IN_DATA', retry: 'never' });
  });

  it('that is not there says so, and a port in use says so', async () => {
    await expect(startAmocrmStandIn({ dataDir: join(dir, 'nowhere') })).rejects.toThrow(/no such folder/);
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    const start = startAmocrmStandIn({ dataDir: dir, port });
    await expect(start).rejects.toThrow(new RegExp(`127.0.0.1:${port}: another program`));
    await expect(start).rejects.toMatchObject({ code: 'STAND_IN_PORT' });
    other.close();
  });
});

describe('rows', () => {
  it('are the same bytes on any port, in a list, alone and in the truth', async () => {
    const first = await started({ data: company(20) });
    const second = await started({ data: company(20) });
    const body = async (standIn: typeof first) =>
      JSON.stringify((await get(standIn, '/leads?with=contacts,loss_reason&limit=250')).json._embedded);
    expect(first.port).not.toBe(second.port);
    expect(await body(first)).toBe(await body(second));
    const page = (await get(first, '/leads?with=contacts,loss_reason&limit=250')).text;
    const rows = [...first.truth.rows('leads', { with: ['contacts', 'loss_reason'] })];
    expect(rows).toHaveLength(20);
    expect(page).toContain(rows.map((row) => row.text).join(','));
    await first.stop();
    await second.stop();
  });
});

describe('a stand-in in a process of its own', () => {
  it('prints its address and token, obeys /_stand-in/, and ends on SIGTERM', async () => {
    const script = `import { runAmocrmStandIn } from ${JSON.stringify(join(import.meta.dirname, '../../demo/amocrm/index.ts'))};
      await runAmocrmStandIn({ data: ${JSON.stringify(dir)}, rate: 0, token: 'secret', fault: ['short-list:times=0'] });`;
    const child = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data: Buffer) => resolve(data.toString())),
    );
    const match = /^amoCRM stand-in: (http:\/\/127\.0\.0\.1:\d+) {2}token: (\S+)\n$/.exec(line);
    const [url = '', token = ''] = match?.slice(1) ?? [];
    expect(token).toBe('secret');
    const leads = async () =>
      (await fetch(`${url}/api/v4/leads`, { headers: { authorization: `Bearer ${token}` } })).json();
    const call = async (method: string, ...args: unknown[]) => {
      const answer = await fetch(`${url}/_stand-in/call`, {
        method: 'POST',
        body: JSON.stringify({ method, args }),
      });
      return (await answer.json()) as { result?: unknown; detail?: string };
    };
    await call('clock.set', 1_800_000_000);
    const { result } = await call('createLead', { price: 7 });
    expect(idsOf({ status: 200, json: await leads() } as never, 'leads')).toEqual([1, result]);
    await call('setFault', 'server-error', { times: 1 });
    expect(await leads()).toMatchObject({ status: 500 });
    expect((await call('explode')).detail).toMatch(/no method explode/);
    const truth = await (await fetch(`${url}/_stand-in/truth/leads?with=contacts`)).text();
    expect(
      truth
        .trim()
        .split('\n')
        .map((row) => (JSON.parse(row) as { id: number }).id),
    ).toEqual([1, result]);
    const requests = (await (await fetch(`${url}/_stand-in/requests`)).json()) as unknown[];
    expect(requests).toHaveLength(2);
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
  });
});
