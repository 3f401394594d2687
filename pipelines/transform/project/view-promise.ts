import { z } from 'zod';
import { ProjectInvalidError } from '../errors.ts';
import type { ModelNode } from './manifest.ts';

const promise = z.object({
  rows_of: z.array(z.string()).min(1),
  moving: z.array(z.string()).default([]),
});

/**
 * What a view says of its rows, in `meta`: each is made of one row of one of `rows_of` (models, or sources as `source.table`) and stays as
 * it is while that row does, but for the columns `moving`, which the time or another table may change, too.
 */
export type ViewPromise = z.infer<typeof promise>;

/** @throws ProjectInvalidError when it is no view's, or names what the view does not read. */
export function promiseOf(
  model: Pick<ModelNode, 'file' | 'config' | 'refs' | 'sources'>,
): ViewPromise | undefined {
  if (model.config.meta?.['rows_of'] === undefined) return undefined;
  const { data, error } = promise.safeParse(model.config.meta);
  const strangers = (data?.rows_of ?? []).filter(
    (name) => !model.refs.includes(name) && !model.sources.includes(name),
  );
  const isView = model.config.materialized === 'view';
  if (isView && data !== undefined && strangers.length === 0) return data;
  const message = !isView
    ? 'is for views'
    : (error?.issues[0]?.message ?? `the view does not read ${strangers.join(', ')}`);
  throw new ProjectInvalidError([{ file: model.file, line: 0, message: `meta rows_of: ${message}` }]);
}
