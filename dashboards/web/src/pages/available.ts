import type { Catalog } from '../model/catalog.ts';
import type { Block, Page } from './page.ts';

/** The block without what this session's model lacks; undefined when nothing is left of it. */
export function availableBlock(block: Block, catalog: Catalog): Block | undefined {
  const seen = (names: readonly string[]): string[] => names.filter((name) => catalog.has(name));
  const kept = <B extends Block & { measures: readonly string[] }>(
    from: B,
    needed: readonly (string | undefined)[] = [],
  ): B | undefined => {
    const measures = seen(from.measures);
    const isWhole = needed.every((name) => name === undefined || catalog.has(name));
    return measures.length > 0 && isWhole ? { ...from, measures } : undefined;
  };
  switch (block.kind) {
    case 'cards':
    case 'compare':
      return kept(block);
    case 'trend':
      return kept(block, [block.by]);
    case 'bars':
      return kept({ ...block, by: nameOrId(block.by, catalog) }, [
        nameOrId(block.by, catalog),
        block.orderBy,
      ]);
    case 'table': {
      const by = block.by.map((name) => nameOrId(name, catalog)).filter((name) => catalog.has(name));
      return by.length === 0 ? undefined : kept({ ...block, by });
    }
    case 'records': {
      const columns = seen(block.columns);
      return columns.length > 1 && catalog.has(block.sortBy) ? { ...block, columns } : undefined;
    }
    case 'funnel':
      return catalog.has('funnel.deals_reached') ? block : undefined;
    case 'heatmap':
      return [block.measure, block.x, block.y].every((name) => catalog.has(name)) ? block : undefined;
    case 'plan':
      return catalog.has('plan_fact.plan_amount') ? block : undefined;
    case 'attention': {
      const items = block.items.filter(({ measure }) => catalog.has(measure));
      return items.length > 0 ? { ...block, items } : undefined;
    }
  }
}

/** An analyst sees no names, but may tell people apart. */
function nameOrId(name: string, catalog: Catalog): string {
  return !catalog.has(name) && catalog.has(`${name}_id`) ? `${name}_id` : name;
}

export const availablePages = (pages: readonly Page[], catalog: Catalog): Page[] =>
  pages
    .map((page) => ({
      ...page,
      blocks: page.blocks.flatMap((block) => availableBlock(block, catalog) ?? []),
    }))
    .filter(({ blocks }) => blocks.length > 0);
