import { Command } from 'commander';
import { issueToken } from '../../../cube/auth.ts';
import { runQuery } from '../../../cube/query.ts';
import { renderTable } from '../../../cube/table.ts';
import { readApiSecret } from '../api-secret.ts';
import { globalOptions } from '../globals.ts';
import { withCube } from '../cube.ts';
import { UsageError } from '../usage-error.ts';

interface QueryOptions {
  readonly json?: boolean;
  readonly url?: string;
  readonly token?: string;
}

export function queryCommand(): Command {
  return new Command('query')
    .argument('<query>', 'Cube query as JSON')
    .option('--json', 'print the rows as JSON instead of a table')
    .option('--url <url>', 'ask a server that is running instead of starting one for this question')
    .option('--token <token>', 'API token to ask with (default: an executive’s)')
    .action(async (text: string, options: QueryOptions, command: Command) => {
      const query = parseQuery(text);
      const token =
        options.token ?? issueToken({ secret: await readApiSecret(), role: 'executive', ttl: '10m' });
      const ask = async (url: string): Promise<void> => {
        const answer = await runQuery({ url, token, query });
        console.log(options.json ? JSON.stringify(answer.rows, null, 2) : renderTable(answer));
      };
      if (options.url) await ask(options.url);
      else await withCube(globalOptions(command), ({ url }) => ask(url));
    });
}

function parseQuery(text: string): Record<string, unknown> {
  try {
    const query: unknown = JSON.parse(text);
    if (typeof query === 'object' && query !== null && !Array.isArray(query))
      return query as Record<string, unknown>;
  } catch (error) {
    throw new UsageError(
      `The query is not valid JSON (${(error as Error).message}). Put it in single quotes, with double quotes inside.`,
    );
  }
  throw new UsageError('The query must be a JSON object with "measures" and the like.');
}
