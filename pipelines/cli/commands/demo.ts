import { Command } from 'commander';
import { runDemo } from '../../../demo/run.ts';
import { globalOptions } from '../globals.ts';
import { wholeNumber } from '../option-values.ts';

interface DemoCommandOptions {
  readonly once?: boolean;
  readonly leads: number;
  readonly seed: number;
  readonly port: number;
}

export function demoCommand(): Command {
  return new Command('demo')
    .option('--once', 'stop after printing the tables')
    .option('--leads <number>', 'leads in 18 months', wholeNumber, 10_000)
    .option('--seed <number>', 'another seed makes another department', wholeNumber, 1)
    .option('--port <number>', 'port of the API; 0 picks a free one', wholeNumber, 4000)
    .action(async (options: DemoCommandOptions, command: Command) => {
      await runDemo({ ...options, once: options.once ?? false, debug: globalOptions(command).debug });
    });
}
