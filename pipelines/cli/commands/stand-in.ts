import { Command, InvalidArgumentError } from 'commander';
import { runAmocrmStandIn } from '../../../demo/amocrm/index.ts';
import { wholeNumber } from '../option-values.ts';

interface StandInOptions {
  readonly data: string;
  readonly port: number;
  readonly latency?: number | readonly [number, number];
  readonly rate: number;
  readonly fault: string[];
}

export function standInCommand(): Command {
  const amocrm = new Command('amocrm')
    .description('serve a folder of JSON-lines files as an amoCRM account (format: demo/README.md)')
    .requiredOption('--data <folder>', 'the folder')
    .option('--port <number>', 'port to listen on; 0 picks a free one', wholeNumber, 0)
    .option('--latency <ms>', 'delay of every answer, one number or a range like 300-700', latency)
    .option('--rate <n>', 'requests a second before 429; 0 for no limit', wholeNumber, 7)
    .option('--fault <name...>', 'faults to switch on (see demo/README.md)', [])
    .action((options: StandInOptions) => runAmocrmStandIn(options));
  return new Command('stand-in')
    .description('local stand-ins of the systems voronka reads, for trials and tests')
    .addCommand(amocrm);
}

function latency(text: string): number | readonly [number, number] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (!match) throw new InvalidArgumentError('Expected milliseconds like 500, or a range like 300-700.');
  return match[2] === undefined ? Number(match[1]) : [Number(match[1]), Number(match[2])];
}
