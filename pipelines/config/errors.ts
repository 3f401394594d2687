import { VoronkaError } from '../errors.ts';

export interface ConfigMistake {
  /** Where in the file, e.g. `sources[0].base_url`; empty for the file as a whole. */
  readonly path: string;
  readonly message: string;
}

export class ConfigMissingError extends VoronkaError {
  constructor(file: string) {
    super(
      `There is no configuration at ${file}. Run \`voronka init\` to write a commented one, then edit it.`,
      {
        code: 'CONFIG_MISSING',
        retry: 'never',
        context: { file },
      },
    );
  }
}

export class ConfigSyntaxError extends VoronkaError {
  constructor(file: string, mistakes: readonly string[]) {
    super(`${file} is not valid YAML:\n${mistakes.map((line) => `  - ${line}`).join('\n')}`, {
      code: 'CONFIG_SYNTAX',
      retry: 'never',
      context: { file },
    });
  }
}

export class ConfigInvalidError extends VoronkaError {
  readonly mistakes: readonly ConfigMistake[];

  constructor(file: string, mistakes: readonly ConfigMistake[]) {
    const lines = mistakes.map(({ path, message }) => `  - ${path === '' ? '' : `${path}: `}${message}`);
    super(
      `${file} has ${mistakes.length === 1 ? 'a mistake' : `${mistakes.length} mistakes`}:\n${lines.join('\n')}`,
      {
        code: 'CONFIG_INVALID',
        retry: 'never',
        context: { file },
      },
    );
    this.mistakes = mistakes;
  }
}

export class SecretMissingError extends VoronkaError {
  constructor(variable: string, purpose: string) {
    super(`The environment variable ${variable} is not set. It holds ${purpose}; set it and start again.`, {
      code: 'SECRET_MISSING',
      retry: 'never',
      context: { variable },
    });
  }
}
