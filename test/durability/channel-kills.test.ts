import { afterAll, beforeAll, expect, it } from 'vitest';
import { postMessage } from '../../pipelines/channels/index.ts';
import { channelSettings, type ChannelSettings } from '../../pipelines/channels/settings.ts';
import type { CrashPoint } from '../../pipelines/crash-points.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { hookStandIn, smtpStandIn, telegramStandIn, type Received } from '../contract/channels-stand-ins.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';
import { bundle, startLife } from './kills-process.ts';

/** How a process is to end: the so-manieth time it comes to a point, or at a random instant of its work. */
type Death = { readonly at: CrashPoint; readonly time: number } | { readonly afterMs: number };

const KILLS = 100;
/** Messages to each of two addresses of each channel; more than the kills can hold up. */
const MESSAGES = 40;
const ADDRESSES: Readonly<Record<string, readonly string[]>> = {
  mail: ['a@company.example', 'b@company.example'],
  telegram: ['-100', '-200'],
  slack: ['', 'x'],
  hook: ['erp', 'crm'],
};

let database: TestDatabase;
let warehouse: Warehouse;
beforeAll(async () => {
  database = await createTestDatabase();
  warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
});
afterAll(async () => {
  await warehouse.close();
  await database.drop();
});

const unmarked = (text: string): string => text.replace(/[*↻ ]/g, '').split('\n')[0]!;
const wanted = Array.from({ length: MESSAGES }, (_, index) => `message-${index}`);

it(`sends every message once and in order through ${KILLS} kills, with receivers that answer wrongly`, async () => {
  const servers = {
    mail: await smtpStandIn(),
    telegram: await telegramStandIn(),
    slack: await hookStandIn(),
    hook: await hookStandIn(),
  };
  const environment = { SMTP: servers.mail.url, BOT: 'TOKEN', SLACK: servers.slack.url, SECRET: 'shared' };
  const channels = [
    { type: 'email', name: 'mail', server_env: 'SMTP', from: 'bi@company.example' },
    { type: 'telegram', name: 'telegram', token_env: 'BOT', api_url: servers.telegram.url },
    { type: 'slack', name: 'slack', url_env: 'SLACK' },
    { type: 'webhook', name: 'hook', url: servers.hook.url, secret_env: 'SECRET' },
  ].map((settings) => channelSettings.parse(settings));
  const program = await bundle('kills-message-child');
  const live = async (death: Death | undefined): Promise<string> => {
    await warehouse.pool.query(`update ops.messages set next_attempt_at = now() where state = 'waiting'`);
    const life = startLife(
      program,
      { databaseUrl: warehouse.url, channels },
      { ...environment, ...(death && 'at' in death && { VORONKA_CRASH_AT: `${death.at}:${death.time}` }) },
    );
    await life.atWork;
    if (death && 'afterMs' in death) setTimeout(() => life.child.kill('SIGKILL'), death.afterMs);
    const { ending, errors } = await life.ended;
    expect(errors).toBe('');
    return ending;
  };

  // A chat in which nothing was ever sent has no last message to look behind.
  await post(channels, ['message-0']);
  expect(await live(undefined)).toBe('done');
  const points = ['message.sending', 'message.sent', 'message.recorded'] as const;
  let kills = 0;
  for (let place = 0; kills < KILLS; place += 1) {
    await post(
      channels,
      wanted.slice(
        1 + Math.floor((place * (MESSAGES - 1)) / KILLS),
        1 + Math.floor(((place + 1) * (MESSAGES - 1)) / KILLS),
      ),
    );
    // Also without a kill a receiver takes a message and says that it did not, or asks to wait.
    if (place % 7 === 0) servers.telegram.faults.push('taken_broken', 'busy');
    if (place % 11 === 0) servers.mail.faults.push('taken_silent');
    if (place % 13 === 0) servers.hook.faults.push('taken_broken', 'broken');
    const isRandom = place % 5 === 4;
    const death: Death = isRandom
      ? { afterMs: Math.random() * 40 }
      : { at: points[place % points.length]!, time: 1 + (place % 3) };
    if ((await live(death)) === 'killed') kills += 1;
    expect(place).toBeLessThan(10 * KILLS);
    // What is left must be enough to be killed in.
    if (place >= KILLS - 1) await post(channels, [`extra-${place}`]);
  }
  for (const server of Object.values(servers)) server.faults.length = 0;
  await live(undefined);
  program.remove();

  const { rows } = await warehouse.pool.query(
    `select count(*)::int as left from ops.messages where state <> 'sent'`,
  );
  expect(rows).toEqual([{ left: 0 }]);
  const all = await texts();
  const to = (received: readonly Received[], address: string): string[] =>
    received.filter((one) => one.address === address).map(({ text }) => unmarked(text));
  for (const address of ADDRESSES['mail']!) expect(to(servers.mail.mailbox(), address)).toEqual(all);
  for (const address of ADDRESSES['telegram']!) expect(to(servers.telegram.received, address)).toEqual(all);
  expect(servers.telegram.received.filter(({ text }) => text.startsWith('↻'))).toEqual([]);
  // Who knows repeats by their key drops them.
  const distinct = [
    ...new Map([...servers.hook.received].reverse().map((one) => [one.id, one])).values(),
  ].reverse();
  for (const address of ADDRESSES['hook']!) expect(to(distinct, address)).toEqual(all);
  // Slack can be asked nothing and knows nothing: what may have come twice says so, and nothing is missing.
  const slack = servers.slack.received
    .filter(({ text }) => !text.includes('↻'))
    .map(({ text }) => unmarked(text));
  expect(new Set(servers.slack.received.map(({ text }) => unmarked(text)))).toEqual(new Set(all));
  expect(Math.max(...[...count(slack).values()])).toBeLessThanOrEqual(ADDRESSES['slack']!.length);
  await Promise.all(Object.values(servers).map((server) => server.stop()));
}, 900_000);

async function post(channels: readonly ChannelSettings[], subjects: readonly string[]): Promise<void> {
  for (const subject of subjects) {
    for (const channel of channels) {
      for (const address of ADDRESSES[channel.name]!) {
        const client = await warehouse.pool.connect();
        try {
          const key = `${channel.name}/${address}/${subject}`;
          await postMessage(client, { key, channel, address, content: { subject, text: 'text' } });
        } finally {
          client.release();
        }
      }
    }
  }
}

async function texts(): Promise<string[]> {
  const { rows } = await warehouse.pool.query<{ subject: string }>(
    `select subject from ops.messages where channel = 'mail' and address = 'a@company.example' order by message_id`,
  );
  return rows.map(({ subject }) => subject);
}

function count(list: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1);
  return counts;
}
