import { useId, useState, type ReactNode } from 'react';
import { useLanguage, type Words } from '../i18n/language.ts';
import { useWords } from '../i18n/words.ts';
import { ExportMenu } from '../export/export-menu.tsx';
import type { Sheet } from '../export/sheet.ts';
import type { FilterName } from '../controls/address.ts';
import { Empty, Failure, Skeleton } from '../shell/states.tsx';
import { Icon } from '../shell/icons.tsx';
import { SheetTable } from './sheet-table.tsx';

interface FrameProps {
  readonly title: Words;
  readonly hint?: Words | undefined;
  readonly width?: string | undefined;
  readonly isLoading: boolean;
  readonly error: Error | null;
  readonly retry: () => void;
  readonly isEmpty: boolean;
  /** An empty list of overdue deals is good news. */
  readonly isEmptyGood?: boolean;
  readonly height?: number;
  /** Filters in use that this block cannot follow. */
  readonly deaf?: readonly FilterName[];
  /** What is exported, and for a chart also shown as a table on request. */
  readonly sheet?: (() => Sheet) | undefined;
  /** The picture of a chart, as a data: address. */
  readonly picture?: (() => string | undefined) | undefined;
  readonly isChart?: boolean;
  /** Switches of the block itself. */
  readonly controls?: ReactNode;
  readonly children: ReactNode;
}

/** The frame of a block: title, export, and what is shown while there is nothing to show. */
export function Frame(props: FrameProps) {
  const { title, hint, width = 'half', isLoading, error, isEmpty, height = 260, deaf = [], sheet } = props;
  const t = useWords();
  const { language } = useLanguage();
  const id = useId();
  const [isTable, setTable] = useState(false);
  const isReady = !isLoading && error === null && !isEmpty;
  return (
    <section className={`block block-${width}`} aria-labelledby={id} aria-busy={isLoading}>
      <header className="block-header">
        <div>
          <h2 id={id}>{title[language]}</h2>
          {(hint !== undefined || deaf.length > 0) && (
            <p className="muted small">
              {[
                hint?.[language],
                ...deaf.map((filter) => t('notFilteredBy', { what: t(filter).toLowerCase() })),
              ]
                .filter(Boolean)
                .join(' · ')}
            </p>
          )}
        </div>
        {props.controls}
        {isReady && (
          <div className="block-actions">
            {props.isChart && sheet && (
              <button
                type="button"
                className="icon-button"
                aria-pressed={isTable}
                aria-label={`${t(isTable ? 'asChart' : 'asTable')}: ${title[language]}`}
                title={t(isTable ? 'asChart' : 'asTable')}
                onClick={() => setTable(!isTable)}
              >
                <Icon name={isTable ? 'chart' : 'table'} size={17} />
              </button>
            )}
            {sheet && <ExportMenu title={title[language]} sheet={sheet} picture={props.picture} />}
          </div>
        )}
      </header>
      {isLoading ? (
        <Skeleton height={height} />
      ) : error !== null ? (
        <Failure error={error} retry={props.retry} />
      ) : isEmpty ? (
        <Empty isNow={props.isEmptyGood ?? false} />
      ) : isTable && sheet ? (
        <SheetTable sheet={sheet()} label={title[language]} />
      ) : (
        props.children
      )}
    </section>
  );
}
