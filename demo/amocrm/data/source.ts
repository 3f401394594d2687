import { folderOf, valuesOf, type DataSource as GenericSource } from '../../stand-in/folder.ts';
import type { Json } from '../../stand-in/json.ts';
import { accountFields, fileShapes, type DataFile } from './shapes.ts';

type FileName<F extends string> = F extends `${infer Name}.jsonl` ? Name : never;

/** The content of a data folder as values: the same names without `.jsonl`, each a list or a generator of rows. */
export type StandInData = { readonly account: Json } & {
  readonly [F in DataFile as FileName<F>]?: Iterable<Json>;
};

export type DataSource = GenericSource<DataFile>;

const rules = { files: fileShapes, account: accountFields };

export function folderSource(dir: string): DataSource {
  return folderOf(dir, rules);
}

export function valueSource(data: StandInData): DataSource {
  return valuesOf(data, rules);
}
