import { execFile, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { mangoFaults, signedForm, startMangoStandIn } from '../../demo/mango/index.ts';
import { startUisStandIn, uisFaults } from '../../demo/uis/index.ts';
import { writeJsonLines } from '../harness/json-lines.ts';
import { mangoCompany } from './mango-fixture.ts';
import { uisCompany } from './uis-fixture.ts';

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const CLI = new URL('../../bin/voronka.js', import.meta.url).pathname;

it.each([
  ['uis', uisFaults],
  ['mango', mangoFaults],
] as const)('%s: its README names every fault as the code does', (name, faults) => {
  const told = [...read(`demo/${name}/README.md`).matchAll(/^\| `([a-z0-9-]+)` \| (.+) \|$/gm)].map(
    ([, fault, what]) => [fault, what],
  );
  expect(told).toEqual(Object.entries(faults));
});

describe('the UIS stand-in', () => {
  const ask = async (
    standIn: { url: string; token: string },
    method: string,
    params: object,
    id: unknown = 1,
  ): Promise<{
    result?: { data: unknown[]; metadata: { total_items: number; limits: { minute_remaining: number } } };
    error?: { code: number; data: { mnemonic: string } };
  }> => {
    const body = JSON.stringify({
      jsonrpc: '2.0',
      ...(id !== undefined && { id }),
      method,
      params: { access_token: standIn.token, ...params },
    });
    return (await (await fetch(standIn.url, { method: 'POST', body })).json()) as never;
  };
  const window = { date_from: '2025-01-01 00:00:00', date_till: '2025-02-01 00:00:00' };

  it('refuses what the documentation refuses, each with its own mnemonic', async () => {
    const standIn = await startUisStandIn({ data: uisCompany(2, 2) });
    const refused = async (method: string, params: object, id: unknown = 1): Promise<string | undefined> =>
      (await ask(standIn, method, params, id)).error?.data.mnemonic;
    expect(await refused('get.calls_report', { ...window, fields: ['id', 'moon_phase'] })).toBe(
      'unexpected_parameters',
    );
    expect(await refused('get.calls_report', { ...window, limit: 10_001 })).toBe('invalid_parameter_value');
    expect(await refused('get.calls_report', { ...window, offset: 100_001 })).toBe('invalid_parameter_value');
    expect(await refused('get.calls_report', { ...window, date_till: '2025-04-02 00:00:00' })).toBe(
      'date_interval_limit_reached',
    );
    expect(await refused('get.calls_report', { date_from: window.date_from })).toBe(
      'required_parameter_missed',
    );
    expect(
      await refused('get.calls_report', { ...window, sort: [{ field: 'talk_duration', order: 'asc' }] }),
    ).toBe('sort_prohibited');
    expect(await refused('get.moon', window)).toBe('method_not_found');
    expect(await refused('get.calls_report', { ...window, access_token: 'x' })).toBe('access_token_invalid');
    expect(await refused('get.calls_report', window, null)).toBeUndefined();
    const bare = await fetch(standIn.url, {
      method: 'POST',
      body: JSON.stringify({ jsonrpc: '2.0', method: 'get.account', params: {} }),
    });
    expect(JSON.stringify(await bare.json())).toContain('notifications_not_supported');
    await standIn.stop();
  });

  it('counts its points down, and then answers -32029 until the minute is over', async () => {
    const standIn = await startUisStandIn({
      data: uisCompany(2, 2),
      points: { minute: 3 },
      now: 1_750_000_000,
    });
    const left = [];
    for (let call = 0; call < 3; call += 1)
      left.push((await ask(standIn, 'get.calls_report', window)).result?.metadata.limits.minute_remaining);
    expect(left).toEqual([2, 1, 0]);
    expect((await ask(standIn, 'get.calls_report', window)).error?.code).toBe(-32_029);
    await standIn.clock.advance(60);
    expect((await ask(standIn, 'get.calls_report', window)).result).toBeDefined();
    await standIn.stop();
  });
});

it('the Mango Office stand-in forgets a statistic after a minute', async () => {
  const standIn = await startMangoStandIn({
    data: mangoCompany(4, 2),
    limits: { perSecond: 0, apart: 0 },
    now: Math.floor(Date.now() / 1_000),
  });
  const post = (path: string, question: object): Promise<Response> =>
    fetch(standIn.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: signedForm(standIn.key, JSON.stringify(question), standIn.salt),
    });
  const until = standIn.clock.now();
  const key = (await (
    await post('/vpbx/stats/request', { date_from: until - 86_400 * 3, date_to: until })
  ).json()) as object;
  const csv = await (await post('/vpbx/stats/result', key)).text();
  expect(csv.trim().split('\n')).toHaveLength(standIn.truth().length);
  expect(csv).toMatch(/^\[.*\];\d+;\d+;\d+;/);
  await standIn.clock.advance(61);
  expect((await post('/vpbx/stats/result', key)).status).toBe(404);
  // A day more than a month.
  const tooLong = await post('/vpbx/stats/request', { date_from: until - 86_400 * 32, date_to: until });
  expect([tooLong.status, await tooLong.json()]).toMatchObject([400, { code: 3111 }]);
  await standIn.stop();
});

it.each(['uis', 'mango'] as const)(
  'voronka stand-in %s serves a folder, and says what is wrong with one',
  async (name) => {
    const folder = mkdtempSync(join(tmpdir(), 'voronka-phones-'));
    const broken = promisify(execFile)(process.execPath, [CLI, 'stand-in', name, '--data', folder]);
    await expect(broken).rejects.toMatchObject({
      stderr: expect.stringMatching(/(account\.json|users\.jsonl|employees\.jsonl).*missing/s),
    });
    const { account, ...lists } = (name === 'uis' ? uisCompany(3, 2) : mangoCompany(3, 2)) as Record<
      string,
      object[]
    >;
    writeJsonLines(folder, {
      'account.json': [account as unknown as object],
      ...Object.fromEntries(Object.entries(lists).map(([list, rows]) => [`${list}.jsonl`, rows])),
    });
    const child = spawn(process.execPath, [CLI, 'stand-in', name, '--data', folder], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const url = await new Promise<string>((resolve) => {
      createInterface({ input: child.stdout }).on('line', (line) =>
        resolve(/https?:\/\/\S+/.exec(line)?.[0] ?? ''),
      );
    });
    const origin = new URL(url).origin;
    const truth = await fetch(`${origin}/_stand-in/call`, {
      method: 'POST',
      body: JSON.stringify({ method: 'truth', args: ['calls'] }),
    });
    expect(((await truth.json()) as unknown[]).length).toBe(name === 'uis' ? 3 : lists['calls']!.length);
    child.kill('SIGTERM');
    await new Promise((resolve) => child.once('exit', resolve));
  },
);
