import { addressOfPage, go } from '../controls/address.ts';
import { useMeasures } from '../model/measures.ts';
import { useTitle } from '../model/catalog.ts';
import { useFormat } from '../model/format.ts';
import type { AttentionBlock } from '../pages/index.ts';
import { useWords } from '../i18n/words.ts';
import { useCatalog } from '../shell/account.ts';
import { Icon } from '../shell/icons.tsx';
import { Link } from '../shell/link.tsx';
import { Frame } from './frame.tsx';

/** What waits for somebody. A zero stays in the list: that it was looked at is worth knowing. */
export function AttentionView({ block }: { block: AttentionBlock }) {
  const t = useWords();
  const catalog = useCatalog();
  const titleOf = useTitle();
  const format = useFormat();
  const { values, isLoading, error, retry } = useMeasures(
    block.items.map(({ measure }) => measure),
    'nothing',
  );
  return (
    <Frame
      title={block.title}
      hint={block.hint}
      width={block.width}
      isLoading={isLoading}
      error={error}
      retry={retry}
      isEmpty={false}
    >
      <ul className="attention">
        {block.items.map(({ measure, page }) => {
          const member = catalog.find(measure)!;
          const value = values.get(measure)?.value ?? null;
          const isFine = value === 0 || value === null;
          return (
            <li key={measure} className={isFine ? 'is-fine' : ''}>
              <button type="button" onClick={() => go({ open: measure, slice: [] })}>
                <span className="attention-icon">
                  <Icon name={isFine ? 'check' : 'warning'} size={16} />
                </span>
                <span className="attention-title">{titleOf(member)}</span>
                <strong>{format.short(member.unit, value)}</strong>
              </button>
              <Link to={addressOfPage(page)} aria-label={`${t('details')}: ${titleOf(member)}`}>
                <Icon name="down" size={16} />
              </Link>
            </li>
          );
        })}
      </ul>
    </Frame>
  );
}
