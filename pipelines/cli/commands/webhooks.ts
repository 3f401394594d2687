import { Command, InvalidArgumentError } from 'commander';
import pc from 'picocolors';
import type { AmocrmSettings } from '../../sources/index.ts';
import { subscribeWebhook } from '../../sources/index.ts';
import type { Warehouse } from '../../warehouse/index.ts';
import {
  HOOK_CODES,
  HOOK_SETTINGS,
  hookedPhones,
  hookedSources,
  hookPath,
  mangoHookPath,
  webhookKey,
} from '../../webhooks/index.ts';
import { readApiSecret } from '../api-secret.ts';
import { globalOptions } from '../globals.ts';
import { UsageError } from '../usage-error.ts';
import { withWorkspace } from '../workspace.ts';

interface WebhooksOptions {
  readonly publicUrl?: URL;
  readonly register?: boolean;
}

export function webhooksCommand(): Command {
  return new Command('webhooks')
    .option(
      '--public-url <url>',
      'where the internet reaches `voronka serve`, e.g. https://bi.example.com',
      publicUrl,
    )
    .option('--register', 'register the address in amoCRM; needs an administrator’s token', false)
    .action(async (options: WebhooksOptions, command: Command) => {
      if (options.register && !options.publicUrl)
        throw new UsageError('--register needs --public-url: the address that amoCRM is to post to.');
      const key = webhookKey(await readApiSecret());
      await withWorkspace(globalOptions(command), async ({ config, warehouse }) => {
        const sources = hookedSources(config);
        const phones = hookedPhones(config);
        if (sources.length + phones.length === 0)
          throw new UsageError(
            'No source takes webhooks. Set `webhooks: { enabled: true }` on a source in the configuration.',
          );
        for (const source of sources) {
          const path = hookPath(source.name, key);
          const destination = options.publicUrl
            ? `${options.publicUrl.href.replace(/\/+$/, '')}${path}`
            : `https://<your address>${path}`;
          console.log(`${pc.bold(source.name)} (${source.base_url})\n\n  ${destination}\n`);
          if (options.register) await register(source, destination, warehouse);
          else printSettings();
          await printState(source, warehouse);
        }
        for (const phone of phones) {
          const origin = options.publicUrl?.href.replace(/\/+$/, '') ?? 'https://<your address>';
          console.log(
            `${pc.bold(phone.name)} (${phone.base_url})\n\n  ${origin}${mangoHookPath(phone.name)}\n`,
          );
          console.log('  In Mango Office: Integrations, API connector, address of the external system.\n');
          await printState(phone, warehouse);
        }
        if (!options.register && sources.length > 0)
          console.log(
            'Keep the address secret: whoever knows it can make voronka read rows again, nothing more.',
          );
      });
    });
}

async function register(source: AmocrmSettings, destination: string, warehouse: Warehouse): Promise<void> {
  await subscribeWebhook(source, { destination, settings: HOOK_CODES }, { warehouse });
  console.log(`  Registered in amoCRM: ${HOOK_CODES.length} kinds of changes.\n`);
}

function printSettings(): void {
  console.log('  In amoCRM: amoMarket, ⋯, Web hooks, Add a hook; paste the address and tick:');
  for (const [what, codes] of HOOK_SETTINGS) console.log(`  - ${what} ${pc.dim(`(${codes.join(', ')})`)}`);
  console.log('');
}

interface StateRow {
  readonly posts: number;
  readonly foreign_posts: number;
  readonly unread_posts: number;
  readonly last_post_at: Date | null;
  readonly last_reread_at: Date | null;
  readonly waiting: number;
  readonly error: string | null;
}

async function printState({ name }: { readonly name: string }, warehouse: Warehouse): Promise<void> {
  const { rows } = await warehouse.pool.query<StateRow>(
    `select posts, foreign_posts, unread_posts, last_post_at, last_reread_at, error,
       (select count(*) from ops.hints where ops.hints.source = state.source) as waiting
     from ops.webhooks as state where source = $1`,
    [name],
  );
  const state = rows[0];
  if (!state) {
    console.log('  Nothing has come yet.\n');
    return;
  }
  const when = (moment: Date | null): string =>
    moment?.toISOString().slice(0, 19).replace('T', ' ') ?? 'never';
  console.log(
    `  ${state.posts} posts, the last one ${when(state.last_post_at)} UTC; ${state.foreign_posts} of another account, ` +
      `${state.unread_posts} that name no row.\n  ${state.waiting} rows wait to be read again; last done ${when(state.last_reread_at)}.`,
  );
  if (state.error !== null) console.log(pc.red(`  The last re-read failed: ${state.error}`));
  console.log('');
}

function publicUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '')
    throw new InvalidArgumentError('Expected an address like https://bi.example.com.');
  if (url.hostname.split('.').some((label) => label.startsWith('xn--')))
    throw new InvalidArgumentError('amoCRM does not post to addresses with other than Latin letters.');
  return url;
}
