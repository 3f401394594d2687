import type { Command } from 'commander';

export interface GlobalOptions {
  readonly config: string;
  readonly debug: boolean;
}

/** The options given before the command's name. */
export function globalOptions(command: Command): GlobalOptions {
  return command.optsWithGlobals<GlobalOptions>();
}
