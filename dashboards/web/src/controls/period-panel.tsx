import { useWords, type WordKey } from '../i18n/words.ts';
import { useFormat } from '../model/format.ts';
import { useScope } from '../model/scope.ts';
import { go, useAddress } from './address.ts';
import { COMPARISONS, GRANULARITIES, PERIODS, type Granularity } from './periods.ts';

const GRANULARITY_WORDS: Readonly<Record<Granularity, WordKey>> = {
  auto: 'auto',
  day: 'day',
  week: 'byWeek',
  month: 'byMonth',
  quarter: 'byQuarter',
};

export function PeriodPanel({ onDone }: { onDone: () => void }) {
  const t = useWords();
  const address = useAddress();
  const { range, compare } = useScope();
  const format = useFormat();
  return (
    <div className="period-panel">
      <fieldset>
        <legend>{t('period')}</legend>
        <div className="choices">
          {PERIODS.map((period) => (
            <button
              key={period}
              type="button"
              className="choice"
              aria-pressed={period === address.period}
              onClick={() => {
                go(period === 'custom' ? { period, from: range.from, to: range.to } : { period });
                if (period !== 'custom') onDone();
              }}
            >
              {t(period)}
            </button>
          ))}
        </div>
        {address.period === 'custom' && (
          <div className="dates">
            <DateField label={t('from')} value={range.from} onChange={(from) => go({ from, to: range.to })} />
            <DateField label={t('to')} value={range.to} onChange={(to) => go({ from: range.from, to })} />
          </div>
        )}
      </fieldset>
      <fieldset>
        <legend>
          {t('compare')}{' '}
          {compare && <span className="muted">· {format.range(compare.from, compare.to)}</span>}
        </legend>
        <div className="choices">
          {COMPARISONS.map((one) => (
            <button
              key={one}
              type="button"
              className="choice"
              aria-pressed={one === address.compare}
              onClick={() =>
                go(
                  one === 'custom'
                    ? { compare: one, compareFrom: (compare ?? range).from, compareTo: (compare ?? range).to }
                    : { compare: one },
                )
              }
            >
              {t(`compare-${one}`)}
            </button>
          ))}
        </div>
        {address.compare === 'custom' && compare && (
          <div className="dates">
            <DateField
              label={t('from')}
              value={compare.from}
              onChange={(compareFrom) => go({ compareFrom })}
            />
            <DateField label={t('to')} value={compare.to} onChange={(compareTo) => go({ compareTo })} />
          </div>
        )}
      </fieldset>
      <fieldset>
        <legend>{t('granularity')}</legend>
        <div className="choices">
          {GRANULARITIES.map((by) => (
            <button
              key={by}
              type="button"
              className="choice"
              aria-pressed={by === address.by}
              onClick={() => go({ by })}
            >
              {t(GRANULARITY_WORDS[by])}
            </button>
          ))}
        </div>
      </fieldset>
    </div>
  );
}

function DateField(props: { label: string; value: string; onChange: (day: string) => void }) {
  return (
    <label>
      {props.label}
      <input
        type="date"
        value={props.value}
        required
        onChange={({ target }) => target.value !== '' && props.onChange(target.value)}
      />
    </label>
  );
}
