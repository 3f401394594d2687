import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { CONFIG_FILE } from '../config/index.ts';
import { VoronkaError } from '../errors.ts';
import { alertsCommand } from './commands/alerts.ts';
import { authCommand } from './commands/auth.ts';
import { buildCommand } from './commands/build.ts';
import { demoCommand } from './commands/demo.ts';
import { doctorCommand } from './commands/doctor.ts';
import { filesCommand } from './commands/files.ts';
import { initCommand } from './commands/init.ts';
import { queryCommand } from './commands/query.ts';
import { reportCommand } from './commands/report.ts';
import { serveCommand, upCommand } from './commands/serve.ts';
import { sqlCommand } from './commands/sql.ts';
import { standInCommand } from './commands/stand-in.ts';
import { statusCommand } from './commands/status.ts';
import { syncCommand } from './commands/sync.ts';
import { tokenCommand } from './commands/token.ts';
import { userCommand } from './commands/user.ts';
import { webhooksCommand } from './commands/webhooks.ts';
import { EXIT, EXIT_HELP, exitCodeOf } from './exit-codes.ts';

const program = new Command('voronka')
  .description('Sales data from the CRM, the phone system and the mailboxes into one governed set of KPIs.')
  .option('-c, --config <file>', 'configuration file', CONFIG_FILE)
  .option('--debug', 'show stack traces and the libraries’ own logs', false)
  .addHelpText('after', EXIT_HELP)
  .showHelpAfterError('(voronka --help lists the commands)')
  .exitOverride();

for (const command of [
  initCommand,
  authCommand,
  doctorCommand,
  syncCommand,
  buildCommand,
  serveCommand,
  upCommand,
  statusCommand,
  queryCommand,
  reportCommand,
  alertsCommand,
  tokenCommand,
  userCommand,
  sqlCommand,
  webhooksCommand,
  filesCommand,
  demoCommand,
  standInCommand,
]) {
  program.addCommand(command().exitOverride());
}

try {
  await program.parseAsync();
  // Libraries keep timers and pools; a command that returned has closed what it opened.
  process.exit(process.exitCode ?? EXIT.ok);
} catch (error) {
  if (error instanceof CommanderError) process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage);
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`${pc.red('error')} ${message}\n`);
  if (program.opts<{ debug: boolean }>().debug || !(error instanceof VoronkaError)) {
    process.stderr.write(`${pc.dim((error instanceof Error && error.stack) || '')}\n`);
  }
  process.exit(exitCodeOf(error));
}
