import { Relation } from '../jinja/relation.ts';
import type { BuildContext } from './build-context.ts';
import { foreignDependents } from './dependents.ts';

/** What an earlier build of this project made for a model that is not in it any more. */
export interface Orphan {
  readonly relation: Relation;
  readonly kind: string;
  readonly oid: number;
}

/**
 * Only on a build of the whole project. Left in place, a view of a removed model would stay bound to the tables it read
 * and keep them from being replaced. One that something outside the project uses is left alone.
 */
export async function findOrphans(context: BuildContext): Promise<Orphan[]> {
  const { client, manifest } = context;
  const models = [...manifest.models.values()];
  const isWhole = models.every(
    ({ name, config }) => config.materialized === 'ephemeral' || context.built.has(name),
  );
  if (!isWhole) return [];
  const inUse = new Set(models.map(({ relation }) => String(relation)));
  const found: Orphan[] = [];
  for (const state of context.states.values()) {
    const relation = new Relation(state.schema, state.relation);
    const isMoved = String(manifest.models.get(state.model)?.relation ?? '') !== String(relation);
    if (!isMoved || inUse.has(String(relation))) continue;
    const info = context.published.find(relation);
    if (info && (info.kind === 'v' || info.kind === 'r'))
      found.push({ relation, kind: info.kind, oid: info.oid });
  }
  const known = new Set(found.map(({ oid }) => oid));
  const used = await foreignDependents(client, [...known], known);
  const gone = [...context.states.keys()].filter((name) => !manifest.models.has(name));
  if (gone.length > 0) {
    await client.query('delete from ops.model_states where project = $1 and model = any ($2)', [
      manifest.projectName,
      gone,
    ]);
  }
  return used.size === 0 ? found : [];
}

/** All views in one statement, then all tables: among themselves they may depend on each other in any order. */
export function dropStatements(orphans: readonly Orphan[]): string[] {
  return (['v', 'r'] as const).flatMap((kind) => {
    const names = orphans.filter((orphan) => orphan.kind === kind).map(({ relation }) => String(relation));
    return names.length === 0 ? [] : [`drop ${kind === 'v' ? 'view' : 'table'} ${names.join(', ')}`];
  });
}
