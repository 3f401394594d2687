import Table from 'cli-table3';
import { Command, Option } from 'commander';
import pc from 'picocolors';
import { issueToken } from '../../../cube/auth.ts';
import {
  acknowledge,
  describeAlert,
  describeEvidence,
  listAlerts,
  unjudgedRules,
} from '../../alerts/index.ts';
import { backTest, pastMonths, type BackTestReport } from '../../alerts/back-test.ts';
import { readDeliveryLog } from '../../channels/outbox/read-log.ts';
import { parseDuration } from '../../config/index.ts';
import { openAsker } from '../../reports/asker.ts';
import { WorkingDays } from '../../reports/working-days.ts';
import { businessCalendar } from '../../workflows/business-calendar.ts';
import { readApiSecret } from '../api-secret.ts';
import { startCubeFor } from '../cube.ts';
import { globalOptions } from '../globals.ts';
import { wholeNumber } from '../option-values.ts';
import { humanDuration } from '../progress.ts';
import { UsageError } from '../usage-error.ts';
import { withWorkspace } from '../workspace.ts';

type Language = 'en' | 'ru';

export function alertsCommand(): Command {
  return new Command('alerts')
    .option('--all', 'with those of the last 30 days that were cleared')
    .option('--json', 'print them as JSON')
    .addOption(new Option('--lang <language>', 'language (default: reports.language)').choices(['en', 'ru']))
    .action(async (options: { all?: boolean; json?: boolean; lang?: Language }, command: Command) => {
      await withWorkspace(globalOptions(command), async ({ config, warehouse }) => {
        const alerts = await listAlerts(warehouse.pool, { all: options.all ?? false });
        if (options.json) return console.log(JSON.stringify(alerts, null, 2));
        for (const { rule, reason } of await unjudgedRules(warehouse.pool))
          console.error(pc.yellow(`${rule}: could not be judged and will be tried again. ${reason}`));
        if (alerts.length === 0) return console.log('No open alerts.');
        const language = options.lang ?? config.reports.language;
        for (const alert of alerts) {
          const age = humanDuration(Date.now() - alert.raisedAt.getTime());
          const state = alert.clearedAt ? ', cleared' : alert.acknowledgedAt ? ', acknowledged' : '';
          console.log(
            `${pc.bold(`#${alert.id}`)} ${describeAlert(alert, language)} ${pc.dim(`(${age} ago${state})`)}`,
          );
          for (const line of describeEvidence(alert, language)) console.log(pc.dim(`     ${line}`));
        }
      });
    })
    .addCommand(ackCommand())
    .addCommand(logCommand())
    .addCommand(backTestCommand());
}

function ackCommand(): Command {
  return new Command('ack')
    .description('say that somebody has alerts in hand: they go no level further')
    .argument('<id...>', 'numbers of the alerts')
    .option('--by <name>', 'who', process.env['USER'] ?? 'somebody')
    .action(async (ids: string[], { by }: { by: string }, command: Command) => {
      await withWorkspace(globalOptions(command), async ({ warehouse }) => {
        for (const text of ids) {
          const id = Number(text.replace(/^#/, ''));
          if (!Number.isInteger(id)) throw new UsageError(`"${text}" is not the number of an alert.`);
          if (!(await acknowledge(warehouse.pool, id, by)))
            throw new UsageError(`There is no open alert #${id}.`);
          console.log(`#${id} is acknowledged by ${by}.`);
        }
      });
    });
}

function logCommand(): Command {
  return new Command('log')
    .description(
      'the last messages, digests included: where they went, how often they were tried, what the receiver said',
    )
    .option('--last <number>', 'how many', wholeNumber, 50)
    .option('--json', 'print them as JSON')
    .action(async ({ last, json }: { last: number; json?: boolean }, command: Command) => {
      await withWorkspace(globalOptions(command), async ({ warehouse }) => {
        const lines = await readDeliveryLog(warehouse.pool, last);
        if (json) return console.log(JSON.stringify(lines, null, 2));
        const table = new Table({
          head: ['message', 'channel', 'address', 'subject', 'state', 'tries', 'posted', 'said'],
          style: { head: [], border: [] },
          chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
        });
        for (const line of lines)
          table.push([
            line.messageId,
            line.channel,
            line.address,
            line.subject.slice(0, 50),
            line.state,
            line.attempts,
            line.createdAt.toISOString().slice(0, 19).replace('T', ' '),
            (line.error ?? '').slice(0, 60),
          ]);
        console.log(lines.length === 0 ? 'No messages yet.' : table.toString());
      });
    });
}

function backTestCommand(): Command {
  return new Command('backtest')
    .description(
      'run the rules over past months: how often each would have been raised, and how often before sales dropped',
    )
    .option('--months <number>', 'how many months back', wholeNumber, 12)
    .option('--json', 'print everything as JSON, each alert included')
    .action(async ({ months, json }: { months: number; json?: boolean }, command: Command) => {
      await withWorkspace(globalOptions(command), async ({ config, warehouse }) => {
        const { time_zone: timeZone } = config.account;
        const cube = await startCubeFor(config, warehouse, { host: '127.0.0.1', port: 0 });
        try {
          const context = { role: 'executive', teams: [], managers: [] } as const;
          const token = issueToken({ secret: await readApiSecret(), ...context, ttl: '1h' });
          const report = await backTest({
            asker: await openAsker(cube.url, token, context),
            days: new WorkingDays(await businessCalendar(config, warehouse.pool), timeZone),
            rules: config.alerts.rules,
            firstContactNorm: (parseDuration(config.regulation.first_contact_norm) ?? 0) / 1_000,
            span: pastMonths(new Date(), months, timeZone),
          });
          console.log(json ? JSON.stringify(report, null, 2) : backTestText(report));
        } finally {
          await cube.stop();
        }
      });
    });
}

export function backTestText({ span, rules }: BackTestReport): string {
  const table = new Table({
    head: ['rule', 'raised', 'a week', 'before a drop', 'share', 'by chance', 'days before'],
    colAligns: ['left', 'right', 'right', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [] },
    chars: { mid: '', 'left-mid': '', 'mid-mid': '', 'right-mid': '' },
  });
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  for (const { rule, reason, raised, raisedPerWeek, beforeDrop, byChance, medianDaysBefore } of rules) {
    if (reason === undefined)
      table.push([
        rule,
        raised,
        raisedPerWeek,
        beforeDrop,
        raised === 0 ? '—' : percent(beforeDrop / raised),
        percent(byChance),
        medianDaysBefore ?? '—',
      ]);
  }
  return [
    `${span.from} – ${span.to}. A drop: four weeks' sales of the manager named (of the company, where nobody is) below 60 % of the eight`,
    'weeks before; an alert came before it when it began within six weeks. By chance: the share of all days that a drop follows so.',
    table.toString(),
    ...rules.flatMap(({ rule, reason }) =>
      reason === undefined ? [] : [`${rule} was not tested: ${reason}`],
    ),
  ].join('\n');
}
