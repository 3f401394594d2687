import type { ModelNode } from '../project/manifest.ts';
import type { Relation } from '../jinja/relation.ts';
import { isPast } from './changes.ts';
import type { BuildContext } from './build-context.ts';
import { settingsHash } from './model-states.ts';

/** Rows up to which a rebuilt table is compared with the published one. */
const COMPARED_ROWS = 50_000;

/** Hooks that only set something for the build change nothing by being left out. */
const isSetting = (hook: string): boolean => /^\s*set\s/i.test(hook);

/**
 * Whether the published relation is what this build would make: the same SQL and settings over rows none of which has changed. It is then
 * left as it is; a view also when only rows below it have changed.
 */
export function canBeKept(context: BuildContext, model: ModelNode): boolean {
  const { config } = model;
  const state = context.states.get(model.name);
  if (context.isFull || config.full_refresh === true || state === undefined) return false;
  if (state.fingerprint !== context.fingerprints.get(model.name)) return false;
  if (state.systemIdentifier !== context.watermark.systemIdentifier) return false;
  if (state.settings !== settingsHash(model, context)) return false;
  if (![...config.pre_hook, ...config.post_hook].every(isSetting)) return false;
  const published = context.published.find(model.relation);
  if (config.materialized === 'view') return published?.kind === 'v' && !readsAside(context, model);
  if (published?.kind !== 'r' || context.hasChangedAncestor(model)) return false;
  if (isPast(context.clockOf(model.name), state)) return false;
  return !context.changes.inputs(context, model, state);
}

/** Whether something under a view has been made aside: the view must be bound to it. */
function readsAside(context: BuildContext, model: ModelNode): boolean {
  return model.refs.some((ref) => {
    const parent = context.model(ref);
    if (parent.config.materialized === 'ephemeral') return readsAside(context, parent);
    const built = context.built.get(ref);
    return built !== undefined && context.isAside(built);
  });
}

/**
 * Whether a small table built aside has exactly the rows, columns and settings of the published one: then the published one stays, nobody
 * waits for its readers, and nothing that rests on it has to be built.
 */
export async function isSameTable(
  context: BuildContext,
  model: ModelNode,
  aside: Relation,
  rows: number,
): Promise<boolean> {
  const state = context.states.get(model.name);
  const published = context.published.find(model.relation);
  if (context.isFull || model.config.materialized !== 'table' || rows > COMPARED_ROWS) return false;
  if (state?.fingerprint !== context.fingerprints.get(model.name) || published?.kind !== 'r') return false;
  if (state?.settings !== settingsHash(model, context)) return false;
  const { rows: answer } = await context.client.query<{ same: boolean }>(
    `select count(*) = ${rows} and not exists (
       select a::text collate "C" from ${String(aside)} as a except all select b::text collate "C" from ${String(model.relation)} as b
     ) as same from (select from ${String(model.relation)} limit ${rows + 1}) as published`,
  );
  return answer[0]?.same === true;
}
