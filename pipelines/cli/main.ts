import { Command, CommanderError } from 'commander';
import pc from 'picocolors';
import { CONFIG_FILE } from '../config/index.ts';
import { VoronkaError } from '../errors.ts';
import { COMMANDS } from './commands/index.ts';
import { EXIT, EXIT_HELP, exitCodeOf } from './exit-codes.ts';

const program = new Command('voronka')
  .description('Sales data from the CRM, the phone system and the mailboxes into one governed set of KPIs.')
  .option('-c, --config <file>', 'configuration file', CONFIG_FILE)
  .option('--debug', 'show stack traces and the libraries’ own logs', false)
  .addHelpText('after', EXIT_HELP)
  .showHelpAfterError('(voronka --help lists the commands)')
  .exitOverride();

const { operands } = program.parseOptions(process.argv.slice(2));
const asked = operands[0] === 'help' ? operands[1] : operands[0];
for (const { name, description, load } of COMMANDS) {
  const command = name === asked ? (await load())() : new Command(name);
  program.addCommand(command.description(description).exitOverride());
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
