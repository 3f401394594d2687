import { Command, InvalidArgumentError, Option } from 'commander';
import { issueToken, type TokenRequest } from '../../../cube/auth.ts';
import { loadConfig } from '../../config/index.ts';
import { readApiSecret } from '../api-secret.ts';
import { globalOptions } from '../globals.ts';
import { loginLink } from '../web.ts';

type TokenLifetime = NonNullable<TokenRequest['ttl']>;

interface TokenOptions {
  readonly role: 'executive' | 'head' | 'manager' | 'analyst';
  readonly team: string[];
  readonly manager: string[];
  readonly ttl: TokenLifetime;
  readonly link?: boolean | string;
}

export function tokenCommand(): Command {
  return new Command('token')
    .addOption(
      new Option('--role <role>', 'what the bearer is')
        .choices(['executive', 'head', 'manager', 'analyst'])
        .default('executive'),
    )
    .option('--team <name...>', 'teams a head sees', [])
    .option('--manager <id...>', 'manager ids a manager sees', [])
    .option('--ttl <time>', 'how long it is good for, like 12h or 30d', lifetime, '30d')
    .option(
      '--link [url]',
      'print a link that logs in to the dashboard (default: where this machine serves it)',
    )
    .action(async (options: TokenOptions, command: Command) => {
      const secret = await readApiSecret();
      const token = issueToken({
        secret,
        role: options.role,
        teams: options.team,
        managers: options.manager,
        ttl: options.ttl,
      });
      const { link } = options;
      if (link === undefined) console.log(token);
      else
        console.log(loginLink(typeof link === 'string' ? link.replace(/\/+$/, '') : ownUrl(command), token));
    });
}

function ownUrl(command: Command): string {
  const { serve } = loadConfig(globalOptions(command).config);
  return `http://${serve.host.includes(':') ? `[${serve.host}]` : serve.host}:${serve.port}`;
}

function lifetime(text: string): TokenLifetime {
  if (!/^\d+[smhd]$/.test(text)) throw new InvalidArgumentError('Expected a duration like 12h or 30d.');
  return text as TokenLifetime;
}
