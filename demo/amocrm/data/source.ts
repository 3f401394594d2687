import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { StandInDataError } from '../errors.ts';
import { isObject, type Json } from '../json.ts';
import { checkRow } from './check.ts';
import { linesOf } from './lines.ts';
import { accountFields, fileShapes, type DataFile, type FieldType, type FileShape } from './shapes.ts';

type FileName<F extends string> = F extends `${infer Name}.jsonl` ? Name : never;

/** The content of a data folder as values: the same names without `.jsonl`, each a list or a generator of rows. */
export type StandInData = { readonly account: Json } & {
  readonly [F in DataFile as FileName<F>]?: Iterable<Json>;
};

/** Where the stand-in's content comes from: a folder or values; both are checked against the same shapes. */
export interface DataSource {
  account(): Json;
  rows(file: DataFile): Generator<Json>;
}

export function folderSource(dir: string): DataSource {
  if (!existsSync(dir) || !statSync(dir).isDirectory()) {
    throw new StandInDataError(dir, undefined, undefined, 'there is no such folder');
  }
  return {
    account() {
      const path = join(dir, 'account.json');
      if (!existsSync(path)) throw missing(path);
      const account = parsed(readFileSync(path, 'utf8'), path, undefined);
      checkRow(account, Object.entries(accountFields), path, undefined);
      return account;
    },
    *rows(file) {
      const path = join(dir, file);
      if (existsSync(path)) yield* checked(parsedLines(path), fileShapes[file], path);
      else if (!fileShapes[file].optional) throw missing(path);
    },
  };
}

export function valueSource(data: StandInData): DataSource {
  return {
    account() {
      checkRow(data.account, Object.entries(accountFields), 'data.account', undefined);
      return data.account;
    },
    *rows(file) {
      const name = file.slice(0, -'.jsonl'.length) as FileName<DataFile>;
      yield* checked(numbered(data[name] ?? []), fileShapes[file], `data.${name}`);
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
    if (key !== undefined && key !== null) {
      const before = seen.size;
      if (seen.add(key).size === before) {
        const problem = `${JSON.stringify(key)} stands on an earlier line already`;
        throw new StandInDataError(path, line, shape.key.join(', '), problem);
      }
    }
    yield row;
  }
}
