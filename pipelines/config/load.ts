import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { LineCounter, parseDocument } from 'yaml';
import type { z } from 'zod';
import { ConfigInvalidError, ConfigMissingError, ConfigSyntaxError, type ConfigMistake } from './errors.ts';
import { configSchema, type Config } from './schema.ts';

export const CONFIG_FILE = 'voronka.yaml';

/**
 * The configuration of `file`, checked and frozen.
 * Throws ConfigMissingError, ConfigSyntaxError (with line and column), or ConfigInvalidError with every mistake at once.
 */
export function loadConfig(file: string = CONFIG_FILE): Config {
  const path = resolve(file);
  if (!existsSync(path)) throw new ConfigMissingError(path);
  return parseConfig(readFileSync(path, 'utf8'), path);
}

/** Like `loadConfig`, for text in hand; `file` only names it in messages. */
export function parseConfig(text: string, file: string): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  if (document.errors.length > 0) {
    const mistakes = document.errors.map((error) => {
      const { line, col } = lines.linePos(error.pos[0]);
      return `line ${line}, column ${col}: ${error.message}`;
    });
    throw new ConfigSyntaxError(file, mistakes);
  }
  const result = configSchema.safeParse(document.toJS() ?? {}, { reportInput: true });
  if (!result.success) throw new ConfigInvalidError(file, mistakesOf(result.error));
  return deepFreeze(result.data);
}

function mistakesOf(error: z.ZodError): ConfigMistake[] {
  return error.issues.flatMap((issue): ConfigMistake[] => {
    const path = pathText(issue.path);
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: path === '' ? key : `${path}.${key}`,
        message: 'is not a key voronka knows; check the spelling or remove it',
      }));
    }
    if (issue.code === 'invalid_type' && issue.input === undefined) {
      return [{ path, message: `is missing; expected ${issue.expected}` }];
    }
    return [{ path, message: issue.message }];
  });
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, part) => {
    if (typeof part === 'number') return `${text}[${part}]`;
    return text === '' ? String(part) : `${text}.${String(part)}`;
  }, '');
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
