import { SelectorError } from '../errors.ts';
import type { Manifest, ModelNode } from '../project/manifest.ts';

/**
 * Models chosen with dbt's selection syntax (https://docs.getdbt.com/reference/node-selection/syntax): a space joins
 * sets, a comma intersects them; `+name`, `name+`, `2+name+1` add ancestors and descendants; `tag:`, `path:`, `source:`,
 * `config.materialized:` and a bare name, folder (`staging.amocrm`) or pattern (`fct_*`).
 *
 * @throws SelectorError for an unknown method, or a selector that matches nothing.
 */
export function selectModels(manifest: Manifest, select: string | undefined): Set<string> {
  if (select === undefined || select.trim() === '') return new Set(manifest.models.keys());
  const chosen = new Set<string>();
  for (const union of select.trim().split(/\s+/)) {
    const sets = union.split(',').map((part) => selectOne(manifest, part));
    const [first = new Set<string>(), ...rest] = sets;
    const both = [...first].filter((name) => rest.every((set) => set.has(name)));
    if (both.length === 0)
      throw new SelectorError(union, 'the parts joined by commas have no model in common');
    for (const name of both) chosen.add(name);
  }
  return chosen;
}

function selectOne(manifest: Manifest, selector: string): Set<string> {
  const match = /^(\d*\+)?(?:([\w.]+):)?([^+:]+?)(\+\d*)?$/.exec(selector);
  if (match === null)
    throw new SelectorError(
      selector,
      'cannot be read; examples: fct_deals, +fct_deals, tag:daily, path:marts',
    );
  const [, up, method, value = '', down] = match;
  const models = [...manifest.models.values()];
  const matching = models
    .filter((model) => matches(model, method, value, selector))
    .map((model) => model.name);
  if (matching.length === 0) throw new SelectorError(selector, 'no model matches');

  const chosen = new Set(matching);
  const walk = (depthText: string | undefined, next: (name: string) => readonly string[]): void => {
    if (depthText === undefined) return;
    let depth = depthText === '+' ? Infinity : Number(depthText.replace('+', ''));
    for (let level = matching; level.length > 0 && depth > 0; depth--) {
      level = [...new Set(level.flatMap(next))];
      for (const name of level) chosen.add(name);
    }
  };
  walk(up, (name) => manifest.models.get(name)?.refs ?? []);
  walk(down, (name) => manifest.children.get(name) ?? []);
  return chosen;
}

function matches(model: ModelNode, method: string | undefined, value: string, selector: string): boolean {
  const pattern = new RegExp(
    `^${value.replace(/[.*?\\^$()[\]{}|]/g, (c) => (c === '*' ? '.*' : c === '?' ? '.' : `\\${c}`))}$`,
  );
  switch (method) {
    case undefined:
    case 'fqn': {
      const folders = model.fqn.slice(0, -1);
      const prefixes = [folders, folders.slice(1)].flatMap((parts) =>
        parts.map((_, n) => parts.slice(0, n + 1).join('.')),
      );
      const fileFolders = model.file.split('/').slice(0, -1);
      const byFile = fileFolders.map((_, n) => fileFolders.slice(0, n + 1).join('.'));
      return [model.name, model.fqn.join('.'), ...prefixes, ...byFile].some((name) => pattern.test(name));
    }
    case 'path': {
      const path = value.replace(/^(\.\/)?(sql\/)?/, '').replace(/\/$/, '');
      return model.file === path || model.file.startsWith(`${path}/`) || pattern.test(model.file);
    }
    case 'file':
      return pattern.test(model.file.split('/').at(-1) ?? '') || model.name === value;
    case 'tag':
      return model.config.tags.some((tag) => pattern.test(tag));
    case 'source':
      return model.sources.some((key) => pattern.test(key) || pattern.test(key.split('.')[0] ?? ''));
    case 'config.materialized':
      return model.config.materialized === value;
    default:
      throw new SelectorError(
        selector,
        `unknown method "${method}"; known: fqn, path, file, tag, source, config.materialized`,
      );
  }
}
