import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { CONFIG_TEMPLATE } from '../../config/index.ts';
import { VoronkaError } from '../../errors.ts';
import { globalOptions } from '../globals.ts';

class ConfigExistsError extends VoronkaError {
  constructor(file: string) {
    super(
      `${file} exists already and was left as it is. Remove it first, or name another file with --config.`,
      {
        code: 'CONFIG_EXISTS',
        retry: 'never',
        context: { file },
      },
    );
  }
}

export function initCommand(): Command {
  return new Command('init').action((_options, command: Command) => {
    const file = resolve(globalOptions(command).config);
    try {
      writeFileSync(file, CONFIG_TEMPLATE, { flag: 'wx' });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') throw new ConfigExistsError(file);
      throw error;
    }
    console.log(
      `Wrote ${file}.\nNext: put your account's address into it, set AMOCRM_TOKEN, and run \`voronka doctor\`.`,
    );
  });
}
