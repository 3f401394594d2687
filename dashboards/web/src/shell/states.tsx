import { HttpError } from '../api/http.ts';
import { firstReadings, type Progress } from '../api/progress.ts';
import { useLanguage } from '../i18n/language.ts';
import { useWords, WORDS, type WordKey } from '../i18n/words.ts';
import { Icon } from './icons.tsx';

export function Splash() {
  const t = useWords();
  return (
    <div className="splash" role="status" aria-label={t('loading')}>
      <Icon name="logo" size={40} />
    </div>
  );
}

/** What went wrong, and what to do about it. */
export function Failure({ error, retry, isWhole }: { error: Error; retry: () => void; isWhole?: boolean }) {
  const t = useWords();
  const code = error instanceof HttpError ? error.code : undefined;
  const text = code !== undefined && code in WORDS ? t(code as WordKey) : error.message;
  return (
    <div className={isWhole ? 'state state-whole' : 'state'} role="alert">
      <Icon name="warning" size={28} />
      <strong>{t('failed')}</strong>
      <span>{text}</span>
      <button type="button" className="button" onClick={retry}>
        {t('again')}
      </button>
    </div>
  );
}

export function Empty({ isNow }: { isNow?: boolean }) {
  const t = useWords();
  return (
    <div className="state">
      <Icon name={isNow ? 'check' : 'empty'} size={28} />
      <strong>{t(isNow ? 'emptyNow' : 'empty')}</strong>
      {!isNow && <span>{t('emptyMore')}</span>}
    </div>
  );
}

export function Skeleton({ height }: { height: number }) {
  const t = useWords();
  return <div className="skeleton" style={{ height }} role="status" aria-label={t('loading')} />;
}

/** Instead of pages while there are no numbers at all yet. */
export function FirstSync({ progress }: { progress: Progress }) {
  const t = useWords();
  const isReading = firstReadings(progress).length > 0;
  return (
    <section className="first-sync" aria-live="polite">
      <h1>{t('firstSync')}</h1>
      <p>{t('firstSyncMore')}</p>
      <Readings sources={progress.sources} />
      {progress.isBuilding && <p>{t('firstBuild', { n: progress.modelsBuilt })}</p>}
      {/* Of a part of the data a build may fail; of all of it, it must not. */}
      {progress.buildError !== null && !isReading && <p className="bad">{progress.buildError}</p>}
    </section>
  );
}

/** Above the pages while the first numbers are there and more are to come. */
export function StillReading({ progress }: { progress: Progress }) {
  const t = useWords();
  const sources = firstReadings(progress);
  if (sources.length === 0) return null;
  return (
    <section className="first-sync still-reading" aria-label={t('firstSync')}>
      <p>{t('stillReading')}</p>
      <Readings sources={sources} />
    </section>
  );
}

function Readings({ sources }: Pick<Progress, 'sources'>) {
  const t = useWords();
  const { locale } = useLanguage();
  const count = new Intl.NumberFormat(locale);
  return (
    <ul>
      {sources.map(({ source, status, rows, expectedRows, streams, streamsDone, error }) => {
        const share = expectedRows ? Math.min(1, rows / expectedRows) : streams ? streamsDone / streams : 0;
        return (
          <li key={source}>
            <span className="first-sync-name">{source}</span>
            <progress value={status === 'succeeded' ? 1 : share} aria-label={source} />
            <span className="muted">
              {t('rowsRead', { n: count.format(rows) })} · {t('streamsRead', { n: streamsDone, d: streams })}
            </span>
            {status === 'failed' && (
              <span className="bad">{t('sourceFailed', { source, why: error ?? '' })}</span>
            )}
          </li>
        );
      })}
    </ul>
  );
}
