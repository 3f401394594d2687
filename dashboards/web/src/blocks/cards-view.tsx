import { useMeasures, type Measured } from '../model/measures.ts';
import { useTitle, type Member } from '../model/catalog.ts';
import { useFormat } from '../model/format.ts';
import { useScope } from '../model/scope.ts';
import { go } from '../controls/address.ts';
import { useLanguage } from '../i18n/language.ts';
import { useWords } from '../i18n/words.ts';
import type { CardsBlock } from '../pages/index.ts';
import { useCatalog } from '../shell/account.ts';
import { Failure } from '../shell/states.tsx';
import { Sparkline } from './sparkline.tsx';

/** Below so many, one more or less changes a share by a tenth or more. */
export const SMALL = 10;

export function CardsView({ block }: { block: CardsBlock }) {
  const { language } = useLanguage();
  const catalog = useCatalog();
  const { values, isLoading, error, retry } = useMeasures(block.measures);
  return (
    <section className="cards-block" aria-label={block.title?.[language]} aria-busy={isLoading}>
      {block.title && <h2>{block.title[language]}</h2>}
      {error !== null && <Failure error={error} retry={retry} />}
      <div className={block.isHero ? 'cards cards-hero' : 'cards'}>
        {block.measures.map((name) => {
          const member = catalog.find(name);
          return (
            member && <Card key={name} member={member} measured={isLoading ? undefined : values.get(name)} />
          );
        })}
      </div>
    </section>
  );
}

function Card({ member, measured }: { member: Member; measured: Measured | undefined }) {
  const title = useTitle()(member);
  const format = useFormat();
  const t = useWords();
  const scope = useScope();
  const value = measured?.value ?? null;
  const isSmall = member.unit === 'share' && measured?.denominator != null && measured.denominator < SMALL;
  return (
    <button
      type="button"
      className={`card${isSmall ? ' is-small-sample' : ''}`}
      data-measure={member.name}
      data-value={measured === undefined ? undefined : String(value)}
      onClick={() => go({ open: member.name, slice: [] })}
    >
      <span className="card-title">{title}</span>
      {measured === undefined ? (
        <span className="card-value skeleton-text" />
      ) : (
        <span className="card-value" title={format.full(member.unit, value)}>
          {format.short(member.unit, value)}
        </span>
      )}
      <span className="card-foot">
        <Change member={member} now={value} before={measured?.before ?? null} />
        {measured !== undefined && <Sample member={member} measured={measured} />}
        {!scope.isDated(member.name) && <span className="muted">{t('now')}</span>}
      </span>
      {measured !== undefined && measured.trend.length > 2 && (
        <Sparkline values={measured.trend} isRatio={member.unit === 'share'} />
      )}
    </button>
  );
}

/** What a ratio rests on: 12 of 140, or of an average only over how many. */
function Sample({ member, measured }: { member: Member; measured: Measured }) {
  const t = useWords();
  const format = useFormat();
  const catalog = useCatalog();
  const { numerator, denominator } = measured;
  if (denominator === null || denominator === 0) return null;
  const unitOf = (name: string | undefined): string | undefined => name && catalog.find(name)?.unit;
  const d = format.short(unitOf(member.denominator), denominator);
  return (
    <span className="muted" title={denominator < SMALL ? t('smallSample') : undefined}>
      {member.unit === 'share'
        ? t('ofWhich', { n: format.short(unitOf(member.numerator), numerator), d })
        : t('over', { d })}
    </span>
  );
}

/** How a number changed; the colour says whether that is good, the arrow says it without colour. */
export function Change({
  member,
  now,
  before,
}: {
  member: Member;
  now: number | null;
  before: number | null;
}) {
  const format = useFormat();
  const t = useWords();
  const { compare } = useScope();
  const text = format.change(member.unit, now, before);
  if (text === undefined || compare === undefined || now === null || before === null) return null;
  const direction = now > before ? 'up' : now < before ? 'down' : 'same';
  const tone =
    direction === 'same' || member.good === undefined ? '' : direction === member.good ? 'good' : 'bad';
  return (
    <span
      className={`change ${tone}`}
      title={`${t('versus', { when: format.range(compare.from, compare.to) })}: ${format.full(member.unit, before)}`}
    >
      <span aria-hidden="true">{direction === 'up' ? '▲' : direction === 'down' ? '▼' : '■'}</span> {text}
    </span>
  );
}
