import { randomBytes } from 'node:crypto';
import { Command } from 'commander';
import { readSecret } from '../../config/index.ts';
import { consentUrl, exchangeCode } from '../../sources/index.ts';
import { sourceConfig } from '../../workflows/index.ts';
import { waitForCode } from '../consent-callback.ts';
import { globalOptions } from '../globals.ts';
import { UsageError } from '../usage-error.ts';
import { withWorkspace } from '../workspace.ts';

interface AuthOptions {
  readonly code?: string;
}

export function authCommand(): Command {
  const amocrm = new Command('amocrm')
    .description('connect an amoCRM account by OAuth: open the printed page, grant access, done')
    .argument('[source]', 'name of the source in the configuration', 'amocrm')
    .option(
      '--code <code>',
      'the code of the consent page, where its redirect does not lead to this machine (good for 20 minutes, once)',
    )
    .action(async (name: string, options: AuthOptions, command: Command) => {
      await withWorkspace(globalOptions(command), async ({ config, warehouse }) => {
        const source = sourceConfig(config, name);
        if (source.type !== 'amocrm' || !source.oauth) {
          throw new UsageError(
            source.type === 'amocrm'
              ? `Source "${name}" uses a long-lived token (token_env), which needs no authorisation. For OAuth, give it \`oauth\` instead.`
              : `Source "${name}" is not an amoCRM account.`,
          );
        }
        const state = randomBytes(16).toString('base64url');
        const clientId = readSecret(
          source.oauth.client_id_env,
          'the integration id of the amoCRM integration',
        );
        const consent = consentUrl(source, clientId, state).href;
        const code = options.code ?? (await askForCode(consent, new URL(source.oauth.redirect_uri), state));
        await exchangeCode(source, code, { warehouse });
        console.log(
          `Connected. The tokens are kept encrypted in the database and renewed by themselves. Next: voronka doctor`,
        );
      });
    });
  return new Command('auth').addCommand(amocrm);
}

function askForCode(consent: string, redirect: URL, state: string): Promise<string> {
  return waitForCode(redirect, state, () =>
    console.log(
      `Open this page as an administrator of the account and grant access:\n\n  ${consent}\n\nWaiting for the answer at ${redirect.href} …`,
    ),
  );
}
