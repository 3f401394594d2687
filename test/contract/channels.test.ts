import { createHmac } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { channelOf, openOutbox, type Outbox } from './channels-fixture.ts';
import { hookStandIn, smtpStandIn, telegramStandIn } from './channels-stand-ins.ts';

let outbox: Outbox;
beforeAll(async () => {
  outbox = await openOutbox();
});
afterAll(() => outbox.close());
beforeEach(() => outbox.warehouse.pool.query('truncate ops.messages cascade'));

const mail = async () => {
  const server = await smtpStandIn();
  const made = channelOf(
    { type: 'email', name: 'mail', server_env: 'SMTP', from: 'voronka <bi@company.example>' },
    { SMTP: server.url },
  );
  return { server, ...made };
};

describe('mail', () => {
  it('arrives with its text, page, images and workbook, from whom and when it was posted', async () => {
    const { server, settings, channel } = await mail();
    await outbox.post(settings, 'boss@company.example', 'Итоги дня', {
      html: '<p>Page <img src="cid:chart-1"></p>',
      images: [{ cid: 'chart-1', base64: Buffer.from('png').toString('base64') }],
      attachments: [
        {
          name: 'day.xlsx',
          type: 'application/octet-stream',
          base64: Buffer.from('book').toString('base64'),
        },
      ],
    });
    await outbox.drain(settings, channel);
    const [text = ''] = server.raw;
    expect(server.received).toHaveLength(1);
    expect(text).toMatch(/^From: voronka <bi@company\.example>/m);
    expect(text).toMatch(/^Auto-Submitted: auto-generated/m);
    expect(text).toMatch(/Content-Type: text\/plain/);
    expect(text).toMatch(/Content-Type: text\/html/);
    expect(text).toMatch(/Content-ID: <chart-1>/i);
    expect(text).toMatch(/filename=day\.xlsx/);
    expect(text).toContain(Buffer.from('Text of Итоги дня').toString('base64'));
    channel.close();
    await server.stop();
  });

  it('is tried again after a temporary refusal, and given up after a final one, which holds up nobody', async () => {
    const { server, settings, channel } = await mail();
    server.faults.push('busy');
    await outbox.post(settings, 'a@company.example', 'first');
    await outbox.drain(settings, channel);
    server.faults.push('refuse');
    await outbox.post(settings, 'a@company.example', 'second');
    await outbox.post(settings, 'a@company.example', 'third');
    await outbox.drain(settings, channel);
    expect(await outbox.states()).toMatchObject([
      { subject: 'first', state: 'sent', attempts: 2 },
      {
        subject: 'second',
        state: 'refused',
        attempts: 1,
        error: expect.stringContaining('no such mailbox') as string,
      },
      { subject: 'third', state: 'sent', attempts: 1 },
    ]);
    expect(server.received.map(({ text }) => text)).toEqual(['first', 'third']);
    channel.close();
    await server.stop();
  });

  it('has one Message-ID at every attempt, so that a mail store keeps one copy of what was taken twice', async () => {
    const { server, settings, channel } = await mail();
    server.faults.push('taken_silent', 'taken_broken');
    await outbox.post(settings, 'a@company.example', 'once');
    await outbox.drain(settings, channel);
    expect(server.received).toHaveLength(3);
    expect(server.mailbox()).toHaveLength(1);
    channel.close();
    await server.stop();
  });
});

describe('Telegram', () => {
  const open = async () => {
    const server = await telegramStandIn();
    const made = channelOf(
      { type: 'telegram', name: 'telegram', token_env: 'TOKEN', api_url: server.url },
      { TOKEN: 'TOKEN' },
    );
    return { server, ...made };
  };

  it('gets the text and then each file, in order', async () => {
    const { server, settings, channel } = await open();
    await outbox.post(settings, '-100', 'Week', {
      brief: 'short',
      attachments: [{ name: 'week.xlsx', type: 'application/octet-stream', base64: 'aGk=' }],
    });
    await outbox.drain(settings, channel);
    expect(server.received.map(({ text }) => text)).toEqual(['Week\n\nshort', 'week.xlsx']);
    expect(await outbox.states()).toMatchObject([{ state: 'sent' }, { subject: 'week.xlsx', state: 'sent' }]);
    await server.stop();
  });

  it('is asked for less when it asks to wait, for as long as it says', async () => {
    const { server, settings, channel } = await open();
    server.faults.push('busy');
    await outbox.post(settings, '-100', 'one');
    await outbox.drain(settings, channel, 1);
    const { rows } = await outbox.warehouse.pool.query<{ wait: number }>(
      `select extract(epoch from next_attempt_at - clock_timestamp())::float8 as wait from ops.messages`,
    );
    expect(rows[0]?.wait).toBeGreaterThan(0);
    expect(rows[0]?.wait).toBeLessThanOrEqual(1);
    await server.stop();
  });

  it('is not told twice what it took, though its answer was lost and others wrote meanwhile', async () => {
    const { server, settings, channel } = await open();
    await outbox.post(settings, '-100', 'first');
    await outbox.drain(settings, channel);
    server.chatter('-100');
    server.faults.push('taken_broken');
    await outbox.post(settings, '-100', 'second');
    server.faults.push('taken_silent');
    await outbox.post(settings, '-100', 'third');
    await outbox.drain(settings, channel);
    expect(server.received.map(({ text }) => text.split('\n')[0])).toEqual(['first', 'second', 'third']);
    expect((await outbox.states()).map(({ state }) => state)).toEqual(['sent', 'sent', 'sent']);
    await server.stop();
  });

  it('is told again what it did not take, and a reader who blocked the bot holds up no other', async () => {
    const { server, settings, channel } = await open();
    await outbox.post(settings, '-100', 'first');
    await outbox.drain(settings, channel);
    server.faults.push('broken');
    await outbox.post(settings, '-100', 'second');
    await outbox.drain(settings, channel);
    server.faults.push('refuse');
    await outbox.post(settings, '-200', 'blocked');
    await outbox.post(settings, '-100', 'third');
    await outbox.drain(settings, channel);
    expect(server.received.map(({ text }) => text.split('\n')[0])).toEqual(['first', 'second', 'third']);
    await server.stop();
  });
});

describe('webhooks', () => {
  it('are signed, and carry the same key at every attempt', async () => {
    const server = await hookStandIn();
    const { settings, channel } = channelOf(
      { type: 'webhook', name: 'hook', url: server.url, secret_env: 'SECRET' },
      { SECRET: 'shared' },
    );
    server.faults.push('taken_broken');
    await outbox.post(settings, 'erp', 'news', { data: { answer: 42 } });
    await outbox.drain(settings, channel);
    const [first, second] = server.requests;
    expect(first?.headers['idempotency-key']).toBe(second?.headers['idempotency-key']);
    const [, seconds, sum] =
      /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(second?.headers['x-voronka-signature'])) ?? [];
    expect(sum).toBe(createHmac('sha256', 'shared').update(`${seconds}.${second?.body}`).digest('hex'));
    expect(JSON.parse(second?.body ?? '{}')).toMatchObject({
      address: 'erp',
      subject: 'news',
      data: { answer: 42 },
    });
    await server.stop();
  });

  it('of Slack say of a repeat that it is one, for nobody can tell whether the first was taken', async () => {
    const server = await hookStandIn();
    const { settings, channel } = channelOf(
      { type: 'slack', name: 'slack', url_env: 'URL' },
      { URL: server.url },
    );
    server.faults.push('busy', 'taken_silent');
    await outbox.post(settings, '', 'a < b');
    await outbox.drain(settings, channel);
    expect(server.received.map(({ text }) => text.split('\n')[0])).toEqual(['*a &lt; b*', '*↻ a &lt; b*']);
    await server.stop();
  });
});

describe('a folder', () => {
  it('has the page with its images in it and the workbook, once, however often it is written', async () => {
    const path = await mkdtemp(join(tmpdir(), 'voronka-folder-'));
    const { settings, channel } = channelOf({ type: 'folder', name: 'folder', path }, {});
    await outbox.post(settings, 'anna', 'day', {
      html: '<img src="cid:chart-1">',
      images: [{ cid: 'chart-1', base64: 'aGk=' }],
      attachments: [{ name: 'daily-2026-03-02.xlsx', type: 'x', base64: 'aGk=' }],
    });
    await outbox.drain(settings, channel);
    await outbox.warehouse.pool.query(`update ops.messages set state = 'sending'`);
    await outbox.drain(settings, channel);
    expect((await readdir(join(path, 'anna'))).sort()).toEqual([
      'daily-2026-03-02.html',
      'daily-2026-03-02.xlsx',
    ]);
    expect(await readFile(join(path, 'anna', 'daily-2026-03-02.html'), 'utf8')).toBe(
      '<img src="data:image/png;base64,aGk=">',
    );
    await rm(path, { recursive: true });
  });
});

describe('the lanes of the outbox', () => {
  it('keep the order of one address while another address waits for its retry', async () => {
    const { server, settings, channel } = await mail();
    server.faults.push('busy');
    await outbox.post(settings, 'slow@company.example', 'slow 1');
    await outbox.post(settings, 'slow@company.example', 'slow 2');
    await outbox.post(settings, 'quick@company.example', 'quick 1');
    // One round as time goes: the first waits, what is behind it waits with it, the other lane goes on.
    const { deliverNext } = await import('../../pipelines/channels/index.ts');
    while (await deliverNext(outbox.warehouse.pool, 'mail', channel));
    expect(server.received.map(({ text }) => text)).toEqual(['quick 1']);
    await outbox.drain(settings, channel);
    expect(server.received.map(({ text }) => text)).toEqual(['quick 1', 'slow 1', 'slow 2']);
    channel.close();
    await server.stop();
  });
});
