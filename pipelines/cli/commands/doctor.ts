import { Command } from 'commander';
import pc from 'picocolors';
import { globalOptions } from '../globals.ts';
import { runChecks, type CheckState } from '../checks/index.ts';
import { EXIT } from '../exit-codes.ts';

const MARK: Record<CheckState, string> = { ok: pc.green('✓'), warning: pc.yellow('!'), problem: pc.red('✗') };

export function doctorCommand(): Command {
  return new Command('doctor').action(async (_options, command: Command) => {
    let problems = 0;
    for await (const check of runChecks(globalOptions(command))) {
      if (check.state === 'problem') problems += 1;
      console.log(`${MARK[check.state]} ${pc.bold(check.what)}: ${check.found}`);
      if (check.todo !== undefined) console.log(`  ${check.todo.replaceAll('\n', '\n  ')}`);
    }
    console.log(
      problems === 0 ? '\nAll is well.' : `\n${problems} ${problems === 1 ? 'problem' : 'problems'} to mend.`,
    );
    if (problems > 0) process.exitCode = EXIT.unhealthy;
  });
}
