import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { checkRow } from './check.ts';
import { StandInDataError } from './errors.ts';
import { isObject, type Json } from './json.ts';
import { linesOf } from './lines.ts';
import type { Fields, FieldType, FileShape } from './shape.ts';

/** Where the content of a stand-in comes from: a folder or values; both are checked against the same shapes. */
export interface DataSource<File extends string> {
  account(): Json;
  rows(file: File): Generator<Json>;
}

export interface FolderRules<File extends string> {
  readonly files: Readonly<Record<File, FileShape>>;
  /** Fields of `account.json`. */
  readonly account: Fields;
  /** `account.json` may be missing, and is then empty. */
  readonly isAccountOptional?: boolean;
}

/** Throws StandInDataError when there is no such folder; its rows and account throw it when they are not what the rules ask for. */
export function folderOf<File extends string>(dir: string, rules: FolderRules<File>): DataSource<File> {
  if (!existsSync(dir) || !statSync(dir).isDirectory()) {
    throw new StandInDataError(dir, undefined, undefined, 'there is no such folder');
  }
  return {
    account() {
      const path = join(dir, 'account.json');
      if (!existsSync(path)) {
        if (rules.isAccountOptional) return {};
        throw missing(path);
      }
      const account = parsed(readFileSync(path, 'utf8'), path, undefined);
      checkRow(account, Object.entries(rules.account), path, undefined);
      return account;
    },
    *rows(file) {
      const path = join(dir, file);
      if (existsSync(path)) yield* checked(parsedLines(path), rules.files[file], path);
      else if (!rules.files[file].optional) throw missing(path);
    },
  };
}

/** The same content as values: the names of the files without `.jsonl`, each a list or a generator of rows. */
export function valuesOf<File extends string>(
  data: Readonly<Record<string, unknown>>,
  rules: FolderRules<File>,
): DataSource<File> {
  return {
    account() {
      const account = (data['account'] ?? {}) as Json;
      checkRow(account, Object.entries(rules.account), 'data.account', undefined);
      return account;
    },
    *rows(file) {
      const name = file.slice(0, -'.jsonl'.length);
      yield* checked(numbered((data[name] ?? []) as Iterable<Json>), rules.files[file], `data.${name}`);
    },
  };
}

function missing(path: string): StandInDataError {
  return new StandInDataError(
    path,
    undefined,
    undefined,
    'the file is missing (it may be empty, but it must be there)',
  );
}

function parsed(text: string, path: string, line: number | undefined): Json {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new StandInDataError(path, line, undefined, `not JSON: ${(error as Error).message}`);
  }
  if (!isObject(value)) throw new StandInDataError(path, line, undefined, 'expected one JSON object');
  return value;
}

function* parsedLines(path: string): Generator<[Json, number]> {
  for (const [text, line] of linesOf(path)) yield [parsed(text, path, line), line];
}

function* numbered(rows: Iterable<Json>): Generator<[Json, number]> {
  let line = 0;
  for (const row of rows) yield [row, (line += 1)];
}

function* checked(rows: Iterable<[Json, number]>, shape: FileShape, path: string): Generator<Json> {
  const fields: [string, FieldType][] = Object.entries(shape.fields);
  const seen = new Set<unknown>();
  for (const [row, line] of rows) {
    checkRow(row, fields, path, line);
    const key =
      shape.key.length === 1 ? row[shape.key[0] ?? ''] : JSON.stringify(shape.key.map((name) => row[name]));
    if (shape.key.length > 0 && key !== undefined && key !== null) {
      const before = seen.size;
      if (seen.add(key).size === before) {
        const problem = `${JSON.stringify(key)} stands on an earlier line already`;
        throw new StandInDataError(path, line, shape.key.join(', '), problem);
      }
    }
    yield row;
  }
}
