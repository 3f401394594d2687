import { useWords } from '../i18n/words.ts';
import { useFormat } from '../model/format.ts';
import { dimensionOf, useScope, viewOf } from '../model/scope.ts';
import type { Block, Page } from '../pages/index.ts';
import { useCatalog } from '../shell/account.ts';
import { Icon } from '../shell/icons.tsx';
import { Popover } from '../shell/popover.tsx';
import { enterWall } from '../shell/wall.tsx';
import { FILTERS, go, useAddress, type FilterName } from './address.ts';
import { FilterSelect } from './filter-select.tsx';
import { PeriodPanel } from './period-panel.tsx';
import { SavedViewsMenu } from './saved-views-menu.tsx';

/** The views a block asks. */
function viewsOf(block: Block): string[] {
  if ('measures' in block) return block.measures.map(viewOf);
  if (block.kind === 'records') return block.columns.map(viewOf);
  if (block.kind === 'attention') return block.items.map(({ measure }) => viewOf(measure));
  return [block.kind === 'plan' ? 'plan_fact' : block.kind === 'heatmap' ? viewOf(block.measure) : 'funnel'];
}

export function Toolbar({ page }: { page: Page | undefined }) {
  const t = useWords();
  const address = useAddress();
  const catalog = useCatalog();
  const scope = useScope();
  const format = useFormat();
  if (page === undefined) return null;
  const views = new Set(page.blocks.flatMap(viewsOf));
  const offered = FILTERS.filter((filter) =>
    [...views].some((view) => dimensionOf(catalog, view, filter) !== undefined),
  );
  const isFiltered = FILTERS.some((filter) => address[filter].length > 0);
  const cleared = Object.fromEntries(FILTERS.map((filter) => [filter, []])) as unknown as Record<
    FilterName,
    string[]
  >;
  const isDated =
    !page.isAsOfNow && [...views].some((view) => scope.isDated(`${view}.`) || view === 'regulation');
  return (
    <div className="toolbar" role="group" aria-label={t('filters')}>
      {isDated && (
        <Popover
          button={
            <>
              <span className="sr-only">{t('period')}</span>
              <strong>{t(address.period)}</strong>
              <span className="muted">{format.range(scope.range.from, scope.range.to)}</span>
              <Icon name="down" size={16} />
            </>
          }
        >
          {(close) => <PeriodPanel onDone={close} />}
        </Popover>
      )}
      {offered.map((filter) => (
        <FilterSelect key={filter} filter={filter} />
      ))}
      {isFiltered && (
        <button type="button" className="button button-plain" onClick={() => go(cleared)}>
          <Icon name="close" size={14} /> {t('clear')}
        </button>
      )}
      <span className="toolbar-gap" />
      <SavedViewsMenu />
      <button
        type="button"
        className="icon-button"
        aria-label={t('print')}
        title={t('print')}
        onClick={() => window.print()}
      >
        <Icon name="print" />
      </button>
      <button
        type="button"
        className="icon-button not-phone"
        aria-label={t('wall')}
        title={t('wall')}
        onClick={() => void enterWall()}
      >
        <Icon name="screen" />
      </button>
    </div>
  );
}
