import { Command, InvalidArgumentError, Option } from 'commander';
import { issueToken, type TokenRequest } from '../../../cube/auth.ts';
import { readApiSecret } from '../api-secret.ts';

type TokenLifetime = NonNullable<TokenRequest['ttl']>;

interface TokenOptions {
  readonly role: 'executive' | 'head' | 'manager' | 'analyst';
  readonly team: string[];
  readonly manager: string[];
  readonly ttl: TokenLifetime;
}

export function tokenCommand(): Command {
  return new Command('token')
    .description('print an API token with a role and what it may see')
    .addOption(
      new Option('--role <role>', 'what the bearer is')
        .choices(['executive', 'head', 'manager', 'analyst'])
        .default('executive'),
    )
    .option('--team <name...>', 'teams a head sees', [])
    .option('--manager <id...>', 'manager ids a manager sees', [])
    .option('--ttl <time>', 'how long it is good for, like 12h or 30d', lifetime, '30d')
    .action(async (options: TokenOptions) => {
      const secret = await readApiSecret();
      console.log(
        issueToken({
          secret,
          role: options.role,
          teams: options.team,
          managers: options.manager,
          ttl: options.ttl,
        }),
      );
    });
}

function lifetime(text: string): TokenLifetime {
  if (!/^\d+[smhd]$/.test(text)) throw new InvalidArgumentError('Expected a duration like 12h or 30d.');
  return text as TokenLifetime;
}
