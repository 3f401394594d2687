import type { Progress } from '../api/progress.ts';
import { useWords } from '../i18n/words.ts';
import { useLanguage } from '../i18n/language.ts';
import { useAccount } from './account.ts';
import { Icon } from './icons.tsx';

/** A night without a build is no news; a day is. */
const STALE_HOURS = 24;

/** From when the numbers are, and loudly so when that is long ago or something failed. */
export function Freshness({ progress }: { progress: Progress | undefined }) {
  const t = useWords();
  const { locale } = useLanguage();
  const { timeZone } = useAccount();
  if (progress?.lastBuiltAt == null) return null;
  const at = new Date(progress.lastBuiltAt);
  const when = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone,
  }).format(at);
  const isStale = Date.now() - at.getTime() > STALE_HOURS * 3_600_000;
  const failed = progress.sources.find(({ status }) => status === 'failed');
  const trouble = isStale
    ? t('stale', { when })
    : progress.buildError !== null
      ? t('buildFailed')
      : failed && t('sourceFailed', { source: failed.source, why: failed.error ?? '' });
  return (
    <p className="freshness" role="status">
      {trouble === undefined ? (
        <>
          {t('asOf', { when })}
          {progress.isBuilding && ` · ${t('building')}`}
        </>
      ) : (
        <span className="freshness-trouble" title={trouble}>
          <Icon name="warning" size={14} />
          {trouble}
        </span>
      )}
    </p>
  );
}
