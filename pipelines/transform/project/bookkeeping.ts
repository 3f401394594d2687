import { z } from 'zod';
import { ProjectInvalidError } from '../errors.ts';
import type { ModelNode } from './manifest.ts';

const columns = z.array(z.string()).min(1);

/**
 * What an incremental model says in `meta: {bookkeeping: […]}`: the columns that tell of a change itself (which transaction caused it, what was
 * there before). A row that comes out as it was but for these has not changed, and is left as it is.
 *
 * @throws ProjectInvalidError when it is no list of columns, or not of a model with one row per key.
 */
export function bookkeepingOf(model: Pick<ModelNode, 'file' | 'config'>): readonly string[] | undefined {
  const { meta, materialized, unique_key, indexes } = model.config;
  if (meta?.['bookkeeping'] === undefined) return undefined;
  const { data, error } = columns.safeParse(meta['bookkeeping']);
  const key = JSON.stringify(unique_key ?? []);
  const isOneRowPerKey =
    materialized === 'incremental' &&
    indexes.some((index) => index.unique && JSON.stringify(index.columns) === key);
  if (data !== undefined && isOneRowPerKey) return data;
  const message =
    error?.issues[0]?.message ?? 'is for incremental models with a unique index on their unique_key';
  throw new ProjectInvalidError([{ file: model.file, line: 0, message: `meta bookkeeping: ${message}` }]);
}
