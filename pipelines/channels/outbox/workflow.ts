import { DBOS } from '@dbos-inc/dbos-sdk';
import type { Pool } from 'pg';
import { workflowContext } from '../../workflows/context.ts';
import { QUEUE_POLLING_MS } from '../../workflows/queue-polling.ts';
import { STEP_RETRY } from '../../workflows/retry.ts';
import type { Channel } from '../channel.ts';
import { ChannelUnknownError } from '../errors.ts';
import { openChannel } from '../registry.ts';
import { deliverNext } from './deliver.ts';
import { dueChannels, expireOld, forgetContents } from './lanes.ts';

const QUEUE = 'delivery';
/** An alert or a digest that could not be delivered for so long is news no more. */
const EXPIRES_AFTER_HOURS = 72;
const CONTENTS_KEPT_DAYS = 7;
/** First half of the key of the advisory lock of a channel. */
const CHANNEL_LOCK = 0x766f6d73;

/**
 * Empties the outbox of one channel. Channels do not wait for each other: each has its own partition of the queue. A step sends one
 * message, so a process that dies has at most one of each channel in doubt.
 */
const deliverMessages = DBOS.registerWorkflow(
  async (channel: string): Promise<number> => {
    for (let sent = 0; ; sent += 1) {
      const more = await DBOS.runStep(() => deliverOne(channel), { ...STEP_RETRY, name: 'deliverOne' });
      if (!more) return sent;
    }
  },
  { name: 'deliverMessages' },
);

export async function registerDeliveryQueue(): Promise<void> {
  await DBOS.registerQueue(QUEUE, {
    partitionConcurrency: 1,
    minPollingIntervalMs: QUEUE_POLLING_MS,
    onConflict: 'always_update',
  });
}

/** Starts the delivery of every channel with a message that is due and no delivery running. */
export async function enqueueDeliveries(pool: Pool): Promise<void> {
  const { config } = workflowContext();
  for (const channel of await dueChannels(pool)) {
    // Taken out of the configuration: its messages wait for it to come back, or for their end.
    if (!config.channels.some(({ name }) => name === channel)) continue;
    await DBOS.startWorkflow(deliverMessages, {
      queueName: QUEUE,
      enqueueOptions: { queuePartitionKey: channel, deduplicationID: `delivery-${channel}` },
      duplicationPolicy: 'return-existing',
    })(channel);
  }
}

export async function tidyOutbox(pool: Pool): Promise<void> {
  for (const { name } of workflowContext().config.channels) await expireOld(pool, name, EXPIRES_AFTER_HOURS);
  await forgetContents(pool, CONTENTS_KEPT_DAYS);
}

const opened = new Map<string, Channel>();

/** The queue lets one workflow of a channel run; the lock holds even while a process that was given up for dead is not. */
async function deliverOne(name: string): Promise<boolean> {
  const { config, warehouse } = workflowContext();
  const settings = config.channels.find((channel) => channel.name === name);
  if (!settings) throw new ChannelUnknownError(name);
  const client = await warehouse.pool.connect();
  try {
    const { rows } = await client.query<{ locked: boolean }>(
      'select pg_try_advisory_lock($1, hashtext($2)) as locked',
      [CHANNEL_LOCK, name],
    );
    if (rows[0]?.locked !== true) return false;
    try {
      const channel = opened.get(name) ?? openChannel(settings);
      opened.set(name, channel);
      return await deliverNext(warehouse.pool, name, channel);
    } finally {
      await client.query('select pg_advisory_unlock($1, hashtext($2))', [CHANNEL_LOCK, name]);
    }
  } finally {
    client.release();
  }
}

/** Closes the connections to mail servers and the like; also called when the configuration is another. */
export function closeChannels(): void {
  for (const channel of opened.values()) channel.close();
  opened.clear();
}
