import { deliverNext, openChannel } from '../../pipelines/channels/index.ts';
import type { ChannelSettings } from '../../pipelines/channels/settings.ts';
import { openWarehouse } from '../../pipelines/warehouse/index.ts';

export interface MessageTask {
  readonly databaseUrl: string;
  readonly channels: readonly ChannelSettings[];
}

/** Sends what is due on every channel side by side, a message at a time as the workflow's steps do, until nothing is left. */
async function live(task: MessageTask): Promise<void> {
  const warehouse = await openWarehouse({ url: task.databaseUrl });
  console.log('at work');
  await Promise.all(
    task.channels.map(async (settings) => {
      const channel = openChannel(settings);
      while (await deliverNext(warehouse.pool, settings.name, channel));
      channel.close();
    }),
  );
  console.log('done');
  process.exit(0);
}

live(JSON.parse(process.env['VORONKA_KILLS'] ?? '{}') as MessageTask).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
