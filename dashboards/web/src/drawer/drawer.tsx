import { useEffect, useRef, type ReactNode } from 'react';
import { numberOf, useLoad, type Filter } from '../api/cube.ts';
import { Change, SMALL } from '../blocks/cards-view.tsx';
import { Records, useRecordSheet } from '../blocks/records.tsx';
import { go, useAddress } from '../controls/address.ts';
import type { Range } from '../controls/periods.ts';
import { ExportMenu } from '../export/export-menu.tsx';
import { useLanguage } from '../i18n/language.ts';
import { valueName } from '../i18n/values.ts';
import { useWords } from '../i18n/words.ts';
import { useTitle, type Member } from '../model/catalog.ts';
import { useFormat } from '../model/format.ts';
import { withParts } from '../model/measures.ts';
import { useScope } from '../model/scope.ts';
import { useCatalog } from '../shell/account.ts';
import { Icon } from '../shell/icons.tsx';
import { Empty, Failure, Skeleton } from '../shell/states.tsx';
import { DrawerTrend } from './drawer-trend.tsx';
import { rowsOf } from './rows-of.ts';

const MOST_ROWS = 100;
const MOST_PEOPLE = 10;

/** The slice of an address, `dimension~value`, as filters; of another view it is no filter here. */
function filtersOf(slice: readonly string[], view: string): Filter[] {
  return slice.flatMap((text) => {
    const at = text.indexOf('~');
    const member = text.slice(0, at);
    return at > 0 && member.startsWith(`${view}.`)
      ? [{ member, operator: 'equals' as const, values: [text.slice(at + 1)] }]
      : [];
  });
}

/** A number opened: what it means, what it is made of, how it went, and the rows behind it. */
export function Drawer({ measure }: { measure: string }) {
  const t = useWords();
  const { language } = useLanguage();
  const catalog = useCatalog();
  const titleOf = useTitle();
  const format = useFormat();
  const scope = useScope();
  const { slice } = useAddress();
  const dialog = useRef<HTMLDialogElement>(null);
  const member = catalog.find(measure)!;
  const filters = [...scope.filters(member.view), ...filtersOf(slice, member.view)].filter(
    ({ member: name }) => catalog.has(name),
  );
  const query = (range: typeof scope.range) => ({
    measures: withParts(catalog, [measure]),
    filters,
    ...datedBy(member, scope, range),
  });
  const now = useLoad(query(scope.range));
  const before = useLoad(scope.compare && scope.isDated(member.name) ? query(scope.compare) : undefined);
  const value = numberOf(now.data?.[0]?.[measure]);

  useEffect(() => {
    const element = dialog.current;
    if (element && !element.open) element.showModal();
  }, []);
  const close = (): void => go({ open: undefined, slice: [] });
  const people = useSliceName(slice, filters);
  const days = scope.daysOf(measure, scope.range);

  return (
    <dialog
      ref={dialog}
      className="drawer"
      aria-labelledby="drawer-title"
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => event.target === dialog.current && close()}
    >
      <div className="drawer-body">
        <header className="drawer-header">
          <div>
            <h2 id="drawer-title">{titleOf(member)}</h2>
            <p className="muted">
              {[scope.isDated(member.name) ? format.range(days.from, days.to) : t('now'), ...people].join(
                ' · ',
              )}
            </p>
          </div>
          <button type="button" className="icon-button" aria-label={t('close')} onClick={close}>
            <Icon name="close" />
          </button>
        </header>
        {now.error ? (
          <Failure error={now.error} retry={() => void now.refetch()} />
        ) : (
          <p className="drawer-value" data-measure={measure} data-value={now.data && String(value)}>
            {now.isLoading ? <span className="skeleton-text" /> : format.full(member.unit, value)}{' '}
            <Change member={member} now={value} before={numberOf(before.data?.[0]?.[measure])} />
          </p>
        )}
        <Section title={t('definition')}>
          <p>{member.definition[language]}</p>
          <Parts member={member} row={now.data?.[0]} />
        </Section>
        {scope.isDated(member.name) && scope.range.from !== scope.range.to && (
          <Section title={t('trend')}>
            <DrawerTrend member={member} filters={filters} date={scope.dateOf(measure)} />
          </Section>
        )}
        <People member={member} filters={filters} />
        <Behind member={member} filters={filters} />
      </div>
    </dialog>
  );
}

const datedBy = (
  member: Member,
  scope: ReturnType<typeof useScope>,
  range: Range,
): { timeDimension?: { dimension: string; dateRange: readonly [string, string] } } => {
  if (!scope.isDated(member.name)) return {};
  const { from, to } = scope.daysOf(member.name, range);
  return { timeDimension: { dimension: scope.dateOf(member.name), dateRange: [from, to] } };
};

function Section({ title, more, children }: { title: string; more?: ReactNode; children: ReactNode }) {
  return (
    <section className="drawer-section">
      <header>
        <h3>{title}</h3>
        {more}
      </header>
      {children}
    </section>
  );
}

/** Whose number it is, said by name. */
function useSliceName(slice: readonly string[], filters: readonly Filter[]): string[] {
  const { language } = useLanguage();
  const catalog = useCatalog();
  const manager = filters.find(
    ({ member }) => member.endsWith('.manager_id') && slice.some((one) => one.startsWith(member)),
  );
  const name = manager && manager.member.replace(/_id$/, '');
  const { data } = useLoad(
    manager && name && catalog.has(name) ? { dimensions: [name], filters: [manager], limit: 1 } : undefined,
  );
  return slice.flatMap((text) => {
    const [member = '', value = ''] = text.split('~');
    const id = member.split('.')[1] ?? '';
    if (id === 'manager_id') return [String((name && data?.[0]?.[name]) ?? value)];
    return [valueName(id, value, language)];
  });
}

function Parts({
  member,
  row,
}: {
  member: Member;
  row: Parameters<typeof numberOf>[0] extends never
    ? never
    : Readonly<Record<string, string | number | boolean | null>> | undefined;
}) {
  const t = useWords();
  const catalog = useCatalog();
  const titleOf = useTitle();
  const format = useFormat();
  const parts = [
    ['numerator', member.numerator],
    ['denominator', member.denominator],
  ] as const;
  const denominator = member.denominator === undefined ? null : numberOf(row?.[member.denominator]);
  return (
    <dl className="parts">
      {parts.map(([word, name]) => {
        const part = name === undefined ? undefined : catalog.find(name);
        return (
          part && (
            <div key={word}>
              <dt>{t(word)}</dt>
              <dd>
                <button type="button" className="link" onClick={() => go({ open: part.name })}>
                  {titleOf(part)}
                </button>{' '}
                <strong>{format.full(part.unit, numberOf(row?.[part.name]))}</strong>
              </dd>
            </div>
          )
        );
      })}
      {denominator !== null && denominator < SMALL && <p className="small-sample">{t('smallSample')}</p>}
    </dl>
  );
}

/** The same number by manager, as bars one can open. */
function People({ member, filters }: { member: Member; filters: readonly Filter[] }) {
  const t = useWords();
  const catalog = useCatalog();
  const format = useFormat();
  const scope = useScope();
  const [id, name] = [`${member.view}.manager_id`, `${member.view}.manager`];
  const isOne = filters.some(({ member: one, values }) => one === id && values?.length === 1);
  const { data } = useLoad(
    catalog.has(id) && !isOne
      ? {
          measures: withParts(catalog, [member.name]),
          dimensions: catalog.has(name) ? [id, name] : [id],
          filters,
          ...datedBy(member, scope, scope.range),
        }
      : undefined,
  );
  const rows = (data ?? [])
    .map((row) => ({
      id: row[id],
      name: String(row[name] ?? row[id] ?? t('nobody')),
      value: numberOf(row[member.name]),
      of: member.denominator ? numberOf(row[member.denominator]) : null,
    }))
    .filter((row): row is typeof row & { value: number } => row.value !== null && row.value !== 0)
    .sort((one, other) => other.value - one.value);
  if (rows.length < 2) return null;
  const most = Math.max(...rows.map(({ value }) => Math.abs(value)));
  return (
    <Section title={t('byManager')}>
      <ul className="people">
        {rows.slice(0, MOST_PEOPLE).map((row) => (
          <li key={String(row.id)}>
            <button
              type="button"
              disabled={row.id == null}
              onClick={() => go({ open: member.name, slice: [`${id}~${String(row.id)}`] })}
            >
              <span>{row.name}</span>
              <span className="people-bar" aria-hidden="true">
                <span
                  style={{ width: `${(Math.abs(row.value) / most) * 100}%` }}
                  className={row.of !== null && row.of < SMALL ? 'is-small-sample' : ''}
                />
              </span>
              <strong>{format.short(member.unit, row.value)}</strong>
            </button>
          </li>
        ))}
      </ul>
    </Section>
  );
}

/** The deals, calls or messages that are counted. */
function Behind({ member, filters }: { member: Member; filters: readonly Filter[] }) {
  const t = useWords();
  const catalog = useCatalog();
  const titleOf = useTitle();
  const scope = useScope();
  const asked = rowsOf(member, catalog);
  const { data, isLoading, error, refetch } = useLoad(
    asked && {
      dimensions: asked.dimensions,
      measures: asked.measures,
      filters: [...filters, ...asked.filters],
      ...datedBy(member, scope, scope.range),
      order: asked.order,
      limit: MOST_ROWS,
    },
  );
  const columns = asked ? [...asked.dimensions, ...asked.measures] : [];
  const sheet = useRecordSheet(columns, data ?? []);
  if (asked === undefined) return null;
  return (
    <Section
      title={t('rows')}
      more={
        data !== undefined &&
        data.length > 0 && (
          <>
            {data.length === MOST_ROWS && (
              <span className="muted small">{t('rowsFirst', { n: MOST_ROWS })}</span>
            )}
            <ExportMenu title={titleOf(member)} sheet={sheet} />
          </>
        )
      }
    >
      {isLoading ? (
        <Skeleton height={160} />
      ) : error ? (
        <Failure error={error} retry={() => void refetch()} />
      ) : data?.length === 0 ? (
        <Empty isNow={!scope.isDated(member.name)} />
      ) : (
        <Records columns={columns} rows={data ?? []} />
      )}
    </Section>
  );
}
