import { writeFile } from 'node:fs/promises';
import { Command, InvalidArgumentError, Option } from 'commander';
import { DateTime } from 'luxon';
import { issueToken } from '../../../cube/auth.ts';
import type { Role } from '../../../cube/access.ts';
import { businessCalendar } from '../../workflows/business-calendar.ts';
import { readApiSecret } from '../api-secret.ts';
import { startCubeFor } from '../cube.ts';
import { globalOptions } from '../globals.ts';
import { UsageError } from '../usage-error.ts';
import { withWorkspace } from '../workspace.ts';

interface ReportOptions {
  readonly date?: string;
  readonly from?: string;
  readonly to?: string;
  readonly format: 'xlsx' | 'pdf' | 'html' | 'csv';
  readonly lang?: 'en' | 'ru';
  readonly out?: string;
  readonly role: Role;
  readonly team: string[];
  readonly manager: string[];
}

export function reportCommand(): Command {
  return new Command('report')
    .argument('<name>', 'which report, or `list`')
    .option('--date <day>', 'the day, or a day of the week or month (default: today)', isoDay)
    .option('--from <day>', 'first day of a period of your own', isoDay)
    .option('--to <day>', 'last day of it', isoDay)
    .addOption(
      new Option('--format <format>', 'form of the file')
        .choices(['xlsx', 'pdf', 'html', 'csv'])
        .default('xlsx'),
    )
    .addOption(new Option('--lang <language>', 'language (default: reports.language)').choices(['en', 'ru']))
    .option('--out <file>', 'where to write it (default: <name>-<day>.<format> here)')
    .addOption(
      new Option('--role <role>', 'with whose rights')
        .choices(['executive', 'head', 'manager', 'analyst'])
        .default('executive'),
    )
    .option('--team <name...>', 'teams of a head', [])
    .option('--manager <id...>', 'ids of a manager', [])
    .action(async (name: string, options: ReportOptions, command: Command) => {
      // The libraries that draw and print are no matter of the other commands.
      const reports = await import('../../reports/index.ts');
      if (name === 'list') return console.log(reports.REPORT_NAMES.join('\n'));
      const spec = reports.reportSpec(name);
      if ((options.from === undefined) !== (options.to === undefined))
        throw new UsageError('Give both --from and --to, or --date.');
      await withWorkspace(globalOptions(command), async ({ config, warehouse }) => {
        const { name: account, time_zone: timeZone, currency } = config.account;
        const days = new reports.WorkingDays(await businessCalendar(config, warehouse.pool), timeZone);
        const today = DateTime.now().setZone(timeZone).toISODate()!;
        const period =
          options.from !== undefined && options.to !== undefined
            ? reports.customPeriod({ from: options.from, to: options.to })
            : reports.periodOf(spec.period, options.date ?? today, today, days);
        const cube = await startCubeFor(config, warehouse, { host: '127.0.0.1', port: 0 });
        try {
          const context = { role: options.role, teams: options.team, managers: options.manager };
          const token = issueToken({ secret: await readApiSecret(), ...context, ttl: '10m' });
          const report = await reports.makeReport({
            spec,
            asker: await reports.openAsker(cube.url, token, context),
            period,
            language: options.lang ?? config.reports.language,
            account: { name: account, timeZone, currency },
            dashboardUrl: config.reports.dashboard_url,
            madeAt: new Date(),
          });
          const file = options.out ?? `${name}-${period.to}.${options.format}`;
          await writeFile(file, await reports.renderReport(report, options.format));
          console.log(file);
        } finally {
          await cube.stop();
        }
      });
    });
}

function isoDay(text: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(text) || !DateTime.fromISO(text).isValid)
    throw new InvalidArgumentError('Expected a date like 2026-03-02.');
  return text;
}
