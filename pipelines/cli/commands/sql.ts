import Table from 'cli-table3';
import { Command, InvalidArgumentError, Option } from 'commander';
import pc from 'picocolors';
import { readStatements, type LoggedStatement } from '../../../cube/sql-api/log/read.ts';
import { parseDuration } from '../../config/index.ts';
import { globalOptions } from '../globals.ts';
import { wholeNumber } from '../option-values.ts';
import { withWorkspace } from '../workspace.ts';

interface LogOptions {
  readonly limit: number;
  readonly slow?: number;
  readonly user?: string;
  readonly outcome?: LoggedStatement['outcome'];
  readonly full: boolean;
  readonly json: boolean;
}

export function sqlCommand(): Command {
  return new Command('sql').addCommand(logCommand());
}

function logCommand(): Command {
  return new Command('log')
    .description('statements over the views, refused and failed ones: who, how long, how many rows')
    .option('--limit <number>', 'how many, the latest first', wholeNumber, 20)
    .option('--slow <time>', 'only those that took longer, like 1s; the slowest first', duration)
    .option('--user <name>', 'only those of this user')
    .addOption(
      new Option('--outcome <outcome>', 'only those that ended so').choices([
        'answered',
        'failed',
        'refused',
        'cancelled',
      ]),
    )
    .option('--full', 'whole texts, with what Postgres was given', false)
    .option('--json', 'print it as JSON', false)
    .action(async (options: LogOptions, command: Command) => {
      await withWorkspace(globalOptions(command), async ({ warehouse }) => {
        const statements = await readStatements(warehouse.pool, {
          limit: options.limit,
          ...(options.slow !== undefined && { slowerThanMs: options.slow }),
          ...(options.user !== undefined && { user: options.user }),
          ...(options.outcome !== undefined && { outcome: options.outcome }),
        });
        if (options.json) console.log(JSON.stringify(statements, null, 2));
        else if (statements.length === 0) console.log('No statements.');
        else if (options.full) statements.forEach(printFull);
        else printTable(statements);
      });
    });
}

function printTable(statements: readonly LoggedStatement[]): void {
  const table = new Table({
    head: ['at', 'user', 'tool', 'outcome', 'rows', 'ms', 'rewrite ms', 'statement'],
    style: { head: [], border: [] },
    colAligns: ['left', 'left', 'left', 'left', 'right', 'right', 'right', 'left'],
  });
  for (const one of statements) {
    const text = one.statement.replace(/\s+/g, ' ');
    table.push([
      at(one),
      one.user,
      one.client,
      one.outcome,
      one.rows,
      Math.round(one.totalMs),
      one.rewriteMs.toFixed(1),
      text.length > 60 ? `${text.slice(0, 59)}…` : text,
    ]);
  }
  console.log(table.toString());
}

function printFull(one: LoggedStatement): void {
  const head = `${at(one)} ${one.user} (${one.role}) ${one.client} ${one.outcome} ${one.rows} rows ${Math.round(one.totalMs)} ms`;
  console.log(`${pc.bold(head)}\n${one.statement}`);
  if (one.rewritten !== null) console.log(`${pc.dim('Postgres was given:')}\n${one.rewritten}`);
  if (one.message !== null) console.log(pc.dim(`${one.sqlState ?? ''} ${one.message}`));
  console.log('');
}

function at({ startedAt }: LoggedStatement): string {
  return startedAt.toISOString().slice(0, 19).replace('T', ' ');
}

function duration(text: string): number {
  const milliseconds = /^\d+ms$/.test(text) ? Number(text.slice(0, -2)) : parseDuration(text);
  if (milliseconds === undefined) throw new InvalidArgumentError('Expected a duration like 500ms, 2s or 1m.');
  return milliseconds;
}
