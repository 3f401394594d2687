import { ModelCycleError, UnknownRefError, UnknownSourceError, type Place } from '../errors.ts';
import type { ModelNode, SourceTable } from '../project/manifest.ts';
import { lineOf } from '../project/read-project.ts';
import { closest } from './closest.ts';

type Models = ReadonlyMap<string, ModelNode>;

/**
 * Orders models parents first (by name among equals, so that two runs build in the same order).
 *
 * @throws UnknownRefError, UnknownSourceError, ModelCycleError
 */
export function modelOrder(
  models: Models,
  sources: ReadonlyMap<string, SourceTable>,
): { models: Map<string, ModelNode>; children: Map<string, string[]> } {
  const children = new Map<string, string[]>([...models.keys()].map((name) => [name, []]));
  for (const model of models.values()) {
    for (const ref of model.refs) {
      const list = children.get(ref);
      if (list === undefined)
        throw new UnknownRefError(refPlace(model, ref), ref, closest(ref, [...models.keys()]));
      list.push(model.name);
    }
    for (const key of model.sources) {
      if (sources.has(key)) continue;
      const [source = '', table = ''] = key.split('.');
      const line = lineOf(
        model.source,
        new RegExp(`source\\s*\\(\\s*['"]${source}['"]\\s*,\\s*['"]${table}['"]`),
      );
      throw new UnknownSourceError({ file: model.file, line }, source, table, [...sources.keys()]);
    }
  }

  const waiting = new Map([...models.values()].map((model) => [model.name, new Set(model.refs)]));
  const ordered = new Map<string, ModelNode>();
  while (waiting.size > 0) {
    const ready = [...waiting].filter(([, parents]) => parents.size === 0).map(([name]) => name);
    if (ready.length === 0) throw new ModelCycleError(findCycle(models, waiting));
    for (const name of ready.sort()) {
      const model = models.get(name);
      if (model) ordered.set(name, model);
      waiting.delete(name);
      for (const child of children.get(name) ?? []) waiting.get(child)?.delete(name);
    }
  }
  return { models: ordered, children };
}

function refPlace(model: ModelNode, ref: string): Place {
  return { file: model.file, line: lineOf(model.source, new RegExp(`ref\\s*\\([^)]*['"]${ref}['"]`)) };
}

/** Every model still waiting has a parent that waits: following parents must come back to a model already passed. */
function findCycle(
  models: Models,
  waiting: ReadonlyMap<string, ReadonlySet<string>>,
): (Place & { name: string })[] {
  const path: string[] = [];
  let name = [...waiting.keys()].sort()[0] ?? '';
  while (!path.includes(name)) {
    path.push(name);
    name = [...(waiting.get(name) ?? [])].sort()[0] ?? '';
  }
  const cycle = path.slice(path.indexOf(name));
  return cycle.map((step, index) => {
    const model = models.get(step);
    const next = cycle[(index + 1) % cycle.length] ?? step;
    return { name: step, ...(model ? refPlace(model, next) : { file: step, line: 0 }) };
  });
}
