import { Command, InvalidArgumentError, Option } from 'commander';
import type { Pbx } from '../telephony/index.ts';
import { generateCompany, writeCompany } from './index.ts';

interface Options {
  readonly seed: number;
  readonly until: Date;
  readonly months: number;
  readonly leads: number;
  readonly pbx: Pbx;
}

new Command('company')
  .description(
    'Makes up a sales department and writes it: a folder for the amoCRM stand-in, with truth.json and what lies outside the CRM beside it.',
  )
  .argument('<dir>', 'folder to write')
  .option('--seed <n>', 'another seed, another company', wholeNumber, 7)
  .option('--until <moment>', 'the company\'s "now", ISO 8601', moment, new Date())
  .option('--months <n>', 'whole months told before the current one', wholeNumber, 18)
  .option('--leads <n>', 'about how many deals', wholeNumber, 40_000)
  .addOption(
    new Option('--pbx <vendor>', 'whose telephone exchange it has')
      .choices(['asterisk', 'uis', 'mango'])
      .default('asterisk'),
  )
  .action((dir: string, options: Options) => {
    const company = generateCompany(options);
    writeCompany(company, dir);
    company.outside.write(dir);
    const { counts, total } = company.truth;
    console.log(`${counts['leads']} leads, ${total.deals_won} won for ${total.won_amount} RUB: ${dir}`);
  })
  .parse();

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('a whole number, like 40000');
  return value;
}

function moment(text: string): Date {
  const value = new Date(text);
  if (Number.isNaN(value.getTime())) throw new InvalidArgumentError('a moment, like 2026-03-01T12:00:00Z');
  return value;
}
