import { numberOf, useLoad, type Cell, type Row } from '../api/cube.ts';
import type { Sheet } from '../export/sheet.ts';
import { useLanguage } from '../i18n/language.ts';
import { valueName } from '../i18n/values.ts';
import { useWords } from '../i18n/words.ts';
import { useTitle, type Member } from '../model/catalog.ts';
import { NONE, useFormat } from '../model/format.ts';
import { useCatalog } from '../shell/account.ts';
import { Icon } from '../shell/icons.tsx';

interface Deal {
  readonly name: string;
  readonly url: string | undefined;
}

/** Names and CRM addresses of the deals of rows, which know their keys only. An analyst sees keys. */
function useDeals(rows: readonly Row[], column: string | undefined): ReadonlyMap<string, Deal> {
  const catalog = useCatalog();
  const ids = [...new Set(column === undefined ? [] : rows.map((row) => row[column]))].filter(
    (id): id is string => typeof id === 'string',
  );
  const dimensions = ['deals.deal_id', 'deals.deal', 'deals.deal_url'].filter((name) => catalog.has(name));
  const isAnswerable = dimensions.length > 1 && ids.length > 0;
  const { data } = useLoad(
    isAnswerable
      ? { dimensions, filters: [{ member: 'deals.deal_id', operator: 'equals', values: ids.sort() }] }
      : undefined,
  );
  return new Map(
    (data ?? []).map((row) => [
      String(row['deals.deal_id']),
      { name: String(row['deals.deal'] ?? row['deals.deal_id']), url: safeUrl(row['deals.deal_url']) },
    ]),
  );
}

/** An address out of the data opens only as what it should be: never as a script. */
const safeUrl = (value: Cell | undefined): string | undefined =>
  typeof value === 'string' && /^https?:\/\//.test(value) ? value : undefined;

const idOf = (column: string): string => column.slice(column.indexOf('.') + 1);
/** Shown as the link of the deal, or in the numbers of the row, not as a column. */
const isHidden = (column: string): boolean => ['deal_url', 'unit'].includes(idOf(column));

export function Records({ columns, rows }: { columns: readonly string[]; rows: readonly Row[] }) {
  const { language } = useLanguage();
  const t = useWords();
  const catalog = useCatalog();
  const titleOf = useTitle();
  const format = useFormat();
  const urls = columns.find((column) => idOf(column) === 'deal_url');
  const units = columns.find((column) => idOf(column) === 'unit');
  const hasOwnName = columns.some((column) => idOf(column) === 'deal');
  const keys = columns.find((column) => idOf(column) === 'deal_id');
  const deals = useDeals(rows, hasOwnName && urls !== undefined ? undefined : keys);
  const shown = columns.filter((column) => !isHidden(column) && !(hasOwnName && idOf(column) === 'deal_id'));

  const cell = (row: Row, column: string) => {
    const value = row[column];
    const id = idOf(column);
    const deal = id === 'deal_id' || id === 'deal' ? deals.get(String(row[keys ?? column])) : undefined;
    const url = (id === 'deal' && urls ? safeUrl(row[urls]) : undefined) ?? deal?.url;
    if (value === null || value === undefined) return <span className="muted">{NONE}</span>;
    if (id === 'deal_id' || id === 'deal') {
      const name = id === 'deal' ? String(value) : (deal?.name ?? String(value));
      return url === undefined ? (
        name
      ) : (
        <a href={url} target="_blank" rel="noreferrer" title={t('openInCrm')}>
          {name} <Icon name="external" size={13} />
        </a>
      );
    }
    const member = catalog.find(column)!;
    return member.type === 'string' || member.type === 'boolean'
      ? valueName(id, String(value), language)
      : units !== undefined && member.type === 'number' && member.unit === undefined
        ? format.full(String(row[units]), numberOf(value))
        : format.cell(member, value);
  };
  return (
    <div className="table-scroll" tabIndex={0} role="region" aria-label={t('rows')}>
      <table className="table">
        <thead>
          <tr>
            {shown.map((column) => (
              <th key={column} scope="col" className={classOf(catalog.find(column))}>
                {titleOf(catalog.find(column)!)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, index) => (
            <tr key={index}>
              {shown.map((column) => (
                <td key={column} className={classOf(catalog.find(column))}>
                  {cell(row, column)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const isNumber = (member: Member | undefined): boolean => member?.type === 'number';
const classOf = (member: Member | undefined): string =>
  isNumber(member) ? 'is-number' : member?.type === 'time' ? 'is-time' : '';

export function useRecordSheet(columns: readonly string[], rows: readonly Row[]): () => Sheet {
  const catalog = useCatalog();
  const titleOf = useTitle();
  return () => ({
    columns: columns.map((column) => {
      const member = catalog.find(column)!;
      return { title: titleOf(member), isNumber: isNumber(member), unit: member.unit };
    }),
    rows: rows.map((row) =>
      columns.map((column) => {
        const value = row[column] ?? null;
        return isNumber(catalog.find(column)) ? numberOf(value) : value === null ? null : String(value);
      }),
    ),
  });
}
