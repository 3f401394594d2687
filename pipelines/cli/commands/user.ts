import { createInterface } from 'node:readline';
import { Command } from 'commander';
import { scryptVerifier } from '../../../cube/sql-api/index.ts';
import { scramVerifier } from '../../warehouse/scram.ts';
import { UsageError } from '../usage-error.ts';

const SHORTEST = 8;

export function userCommand(): Command {
  return new Command('user').addCommand(passwordCommand());
}

function passwordCommand(): Command {
  return new Command('password')
    .description('make the verifier of a password for `users` of the configuration; asks for the password')
    .option(
      '--scrypt',
      'harder to guess from a stolen configuration, but the password itself comes over the wire, so TLS is needed',
      false,
    )
    .action(async ({ scrypt }: { scrypt: boolean }) => {
      const password = await readPassword();
      if (password.length < SHORTEST)
        throw new UsageError(`A password of at least ${SHORTEST} characters is needed.`);
      console.log(scrypt ? await scryptVerifier(password) : scramVerifier(password));
    });
}

/** A line of standard input; what is typed in a terminal is not shown. */
async function readPassword(): Promise<string> {
  const { stdin, stderr } = process;
  if (stdin.isTTY) stderr.write('Password: ');
  const lines = createInterface({ input: stdin, terminal: stdin.isTTY });
  try {
    for await (const line of lines) return line;
    return '';
  } finally {
    lines.close();
    if (stdin.isTTY) stderr.write('\n');
  }
}
