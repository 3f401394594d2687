import { Command, InvalidArgumentError } from 'commander';
import { runAmocrmStandIn } from '../../../demo/amocrm/index.ts';
import { generateCompany } from '../../../demo/company/index.ts';
import { runMangoStandIn } from '../../../demo/mango/index.ts';
import { runUisStandIn } from '../../../demo/uis/index.ts';
import { END_WITH_STDIN } from '../../../demo/stand-in-process.ts';
import { EXIT } from '../exit-codes.ts';
import { instant, wholeNumber } from '../option-values.ts';

interface StandInOptions {
  readonly port: number;
  readonly latency?: number | readonly [number, number];
  readonly rate: number;
  readonly fault: string[];
  readonly token?: string;
}

export function standInCommand(): Command {
  return new Command('stand-in')
    .addCommand(amocrmCommand())
    .addCommand(companyCommand())
    .addCommand(companyFilesCommand())
    .addCommand(uisCommand())
    .addCommand(mangoCommand());
}

function amocrmCommand(): Command {
  return served(new Command('amocrm'))
    .description('serve a folder of JSON-lines files as an amoCRM account (format: demo/README.md)')
    .requiredOption('--data <folder>', 'the folder')
    .action((options: StandInOptions & { data: string }) => runAmocrmStandIn(options));
}

function companyCommand(): Command {
  return served(new Command('company'))
    .description('make up a sales department and serve it as an amoCRM account, without writing it anywhere')
    .option('--leads <number>', 'about how many deals', wholeNumber, 40_000)
    .option('--seed <number>', 'another seed makes another department', wholeNumber, 1)
    .option('--until <moment>', 'the company’s present, e.g. 2026-03-01T12:00:00Z', instant, new Date())
    .action(
      ({ leads, seed, until, ...options }: StandInOptions & { leads: number; seed: number; until: Date }) => {
        if (process.env[END_WITH_STDIN]) process.stdin.resume().once('end', () => process.exit(EXIT.ok));
        return runAmocrmStandIn({ ...options, data: generateCompany({ leads, seed, until }) });
      },
    );
}

function uisCommand(): Command {
  return folder(new Command('uis'), 'demo/uis/README.md')
    .description('serve a folder of JSON-lines files as a UIS (CoMagic, Novofon, CallGear) account')
    .option('--token <text>', 'the access token; made up when not given')
    .action(runUisStandIn);
}

function mangoCommand(): Command {
  return folder(new Command('mango'), 'demo/mango/README.md')
    .description('serve a folder of JSON-lines files as a Mango Office account')
    .option('--unlimited', 'no limits on the pace of requests', false)
    .action(runMangoStandIn);
}

function folder(command: Command, readme: string): Command {
  return command
    .requiredOption('--data <folder>', `the folder (format: ${readme})`)
    .option('--port <number>', 'port to listen on; 0 picks a free one', wholeNumber, 0)
    .option('--fault <name...>', 'faults to switch on, like slow-answer:ms=500', []);
}

function companyFilesCommand(): Command {
  return new Command('company-files')
    .description(
      'write what that department has outside the CRM: calls (Asterisk), mailboxes, calendars, plans and costs',
    )
    .argument('<folder>', 'telephony/, mail/, calendar/, files/ and managers.yaml are written there')
    .option('--leads <number>', 'about how many deals', wholeNumber, 40_000)
    .option('--seed <number>', 'another seed makes another department', wholeNumber, 1)
    .option('--until <moment>', 'the company’s present, e.g. 2026-03-01T12:00:00Z', instant, new Date())
    .option('--recent <days>', 'calls and mail of so many last days only', wholeNumber)
    .action(
      (
        folder: string,
        { recent, ...options }: { leads: number; seed: number; until: Date; recent?: number },
      ) => {
        const since = recent === undefined ? 0 : options.until.getTime() / 1000 - recent * 86_400;
        generateCompany(options).outside.write(folder, since);
      },
    );
}

function served(command: Command): Command {
  return command
    .option('--port <number>', 'port to listen on; 0 picks a free one', wholeNumber, 0)
    .option('--token <text>', 'the administrator’s long-lived token; made up when not given')
    .option('--latency <ms>', 'delay of every answer, one number or a range like 300-700', latency)
    .option('--rate <n>', 'requests a second before 429; 0 for no limit', wholeNumber, 7)
    .option('--fault <name...>', 'faults to switch on (see demo/README.md)', []);
}

function latency(text: string): number | readonly [number, number] {
  const match = /^(\d+)(?:-(\d+))?$/.exec(text);
  if (!match) throw new InvalidArgumentError('Expected milliseconds like 500, or a range like 300-700.');
  return match[2] === undefined ? Number(match[1]) : [Number(match[1]), Number(match[2])];
}
