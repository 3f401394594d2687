import { Command, Option } from 'commander';
import { issueToken } from '../../../cube/auth.ts';
import { readApiSecret } from '../api-secret.ts';

interface TokenOptions {
  readonly role: 'executive' | 'head' | 'manager' | 'analyst';
  readonly team: string[];
  readonly manager: string[];
  readonly ttl: string;
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
    .option('--ttl <time>', 'how long it is good for', '30d')
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
