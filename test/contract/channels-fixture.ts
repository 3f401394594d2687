import { channelSettings, type ChannelSettings } from '../../pipelines/channels/settings.ts';
import {
  deliverNext,
  openChannel,
  postMessage,
  type Channel,
  type Content,
} from '../../pipelines/channels/index.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase } from '../harness/database.ts';

export interface Outbox {
  readonly warehouse: Warehouse;
  post(channel: ChannelSettings, address: string, subject: string, more?: Partial<Content>): Promise<void>;
  /** Sends what is due, and what is due later as if its time had come, until nothing is left or `rounds` were tried. */
  drain(settings: ChannelSettings, channel: Channel, rounds?: number): Promise<void>;
  states(): Promise<{ subject: string; state: string; attempts: number; error: string | null }[]>;
  close(): Promise<void>;
}

export async function openOutbox(): Promise<Outbox> {
  const database = await createTestDatabase();
  const warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
  let count = 0;
  return {
    warehouse,
    async post(channel, address, subject, more = {}) {
      count += 1;
      const content = { subject, text: `Text of ${subject}`, ...more };
      await postMessage(await owned(warehouse), {
        key: `test/${count}/${subject}`,
        channel,
        address,
        content,
      });
    },
    async drain(settings, channel, rounds = 50) {
      for (let round = 0; round < rounds; round += 1) {
        await warehouse.pool.query(`update ops.messages set next_attempt_at = now() where state = 'waiting'`);
        if (!(await deliverNext(warehouse.pool, settings.name, channel))) return;
      }
    },
    async states() {
      const { rows } = await warehouse.pool.query<{
        subject: string;
        state: string;
        attempts: number;
        error: string | null;
      }>('select subject, state, attempts, error from ops.messages order by message_id');
      return rows;
    },
    async close() {
      await warehouse.close();
      await database.drop();
    },
  };
}

/** The pool itself takes single statements as a client does. */
async function owned(warehouse: Warehouse): Promise<never> {
  return Promise.resolve(warehouse.pool as unknown as never);
}

export function channelOf(
  settings: Readonly<Record<string, unknown>>,
  environment: Readonly<Record<string, string>>,
): { settings: ChannelSettings; channel: Channel } {
  const parsed = channelSettings.parse(settings);
  return { settings: parsed, channel: openChannel(parsed, environment) };
}
