import {
  createSortedRowModel,
  rowSortingFeature,
  tableFeatures,
  useTable,
  type ColumnDef,
  type SortFn,
} from '@tanstack/react-table';
import { useMemo } from 'react';
import { numberOf, useLoad, type Row } from '../api/cube.ts';
import { go } from '../controls/address.ts';
import type { Sheet } from '../export/sheet.ts';
import { valueName } from '../i18n/values.ts';
import { useWords } from '../i18n/words.ts';
import type { Member } from '../model/catalog.ts';
import { NONE, useFormat } from '../model/format.ts';
import { withParts } from '../model/measures.ts';
import { viewOf } from '../model/scope.ts';
import type { TableBlock } from '../pages/index.ts';
import { useCatalog } from '../shell/account.ts';
import { SMALL } from './cards-view.tsx';
import { averageOf, deviationOf, teamAverages, type Deviation } from './averages.ts';
import { Frame } from './frame.tsx';
import { frameOf, useBlock } from './use-block.ts';

const features = tableFeatures({ rowSortingFeature, sortedRowModel: createSortedRowModel() });

const byText: SortFn<typeof features, Row> = (one, other, column) =>
  String(one.getValue(column)).localeCompare(String(other.getValue(column)), undefined, { numeric: true });
const byNumber: SortFn<typeof features, Row> = (one, other, column) =>
  Number(one.getValue(column)) - Number(other.getValue(column));

const isMonth = (dimension: string): boolean => dimension.endsWith('.month');

/** Numbers by people, sources or stages: sortable, each to be opened, with the total and the average below. */
export function TableView({ block }: { block: TableBlock }) {
  const { t, language, catalog, titleOf, format, scope } = useBlock();
  const view = viewOf(block.measures[0]!);
  const norms = Object.values(block.norms ?? {}).filter((name) => catalog.has(name));
  const ofTeam = useMemo(
    () => (block.hasAverage ? teamAverages(catalog, block.measures) : new Map<string, string>()),
    [block, catalog],
  );
  // People of one name are two people.
  const keys = block.by.flatMap((name) =>
    name.endsWith('.manager') && catalog.has(`${name}_id`) ? [name, `${name}_id`] : [name],
  );
  const query = {
    measures: [...new Set([...withParts(catalog, block.measures), ...norms, ...ofTeam.values()])],
    filters: [...scope.filters(view), ...(block.filters ?? [])],
    ...(!block.isAlways && scope.dated(block.measures[0]!, scope.range)),
  };
  const found = useLoad({ ...query, dimensions: keys });
  const { data } = found;
  const totals = useLoad(query);
  const total = totals.data?.[0];

  const measures = useMemo(() => block.measures.map((name) => catalog.find(name)!), [block, catalog]);
  const rows = useMemo(
    () =>
      (data ?? []).filter((row) => {
        const isAnything = block.measures.some((name) => (numberOf(row[name]) ?? 0) !== 0);
        return block.only === undefined ? isAnything : (numberOf(row[block.only]) ?? 0) !== 0;
      }),
    [data, block],
  );
  const people = rows.filter((row) => row[keys[0]!] !== null);
  const averages = new Map(
    measures.map((one) => [
      one.name,
      block.hasAverage ? averageOf(one, { rows, people, total, ofTeam: ofTeam.get(one.name) }) : null,
    ]),
  );
  const nameOf = (row: Row, by: string): string => {
    const value = row[by];
    if (value === null || value === undefined) return t(by.endsWith('.manager') ? 'nobody' : 'unknown');
    return valueName(by.split('.')[1]!, String(value), language);
  };
  const columns = useMemo<ColumnDef<typeof features, Row>[]>(
    () => [
      ...block.by.map((by) => ({
        id: by,
        // Months by their days, not by their names.
        accessorFn: (row: Row) => (isMonth(by) ? row[by] : nameOf(row, by)),
        header: by,
        sortFn: byText,
      })),
      ...measures.map((one) => ({
        id: one.name,
        // What is not defined goes last, whichever the direction.
        accessorFn: (row: Row) => numberOf(row[one.name]) ?? undefined,
        header: one.name,
        sortFn: byNumber,
        sortUndefined: 'last' as const,
        sortDescFirst: true,
      })),
    ],
    [block, measures, language],
  );
  const initialState = useMemo(
    () => ({
      sorting: [
        {
          id: block.sortBy && catalog.has(block.sortBy) ? block.sortBy : measures[0]!.name,
          desc: block.direction !== 'asc',
        },
      ],
    }),
    [block, catalog, measures],
  );
  const table = useTable({ features, columns, data: rows, initialState });
  const sorted = table.getRowModel().rows;

  const sliceOf = (row: Row): string[] =>
    keys
      .filter((key) => row[key] !== null && !(key.endsWith('.manager') && keys.includes(`${key}_id`)))
      .filter((key) => !key.endsWith('.team') || keys.length === 1)
      .map((key) => `${key}~${String(row[key])}`);
  const sheet = (): Sheet => ({
    columns: [
      ...block.by.map((by) => ({ title: titleOf(catalog.find(by)!), isNumber: false })),
      ...measures.map((one) => ({ title: titleOf(one), isNumber: true, unit: one.unit })),
    ],
    rows: [
      ...sorted.map(({ original: row }) => [
        ...block.by.map((by) => (isMonth(by) ? String(row[by]) : nameOf(row, by))),
        ...measures.map(({ name }) => numberOf(row[name])),
      ]),
      ...(total
        ? [
            [
              t('total'),
              ...block.by.slice(1).map(() => ''),
              ...measures.map(({ name }) => numberOf(total[name])),
            ],
          ]
        : []),
    ],
  });
  if (block.isOptional && found.isSuccess && rows.length === 0) return null;
  return (
    <Frame
      {...frameOf(block, found)}
      isEmpty={rows.length === 0}
      deaf={scope.deaf(view)}
      sheet={sheet}
      height={320}
    >
      <div className="table-scroll" tabIndex={0} role="region" aria-label={block.title[language]}>
        <table
          className={`table table-opened${block.by.length + measures.length > 10 ? ' table-dense' : ''}`}
        >
          <thead>
            <tr>
              {table.getHeaderGroups()[0]?.headers.map(({ id, column }) => {
                const member = catalog.find(id)!;
                const order = column.getIsSorted();
                return (
                  <th
                    key={id}
                    scope="col"
                    className={member.kind === 'measure' ? 'is-number' : ''}
                    aria-sort={order === 'asc' ? 'ascending' : order === 'desc' ? 'descending' : 'none'}
                  >
                    <button
                      type="button"
                      title={member.definition[language]}
                      onClick={column.getToggleSortingHandler()}
                    >
                      {titleOf(member)}
                      <span aria-hidden="true">{order === 'asc' ? ' ↑' : order === 'desc' ? ' ↓' : ''}</span>
                    </button>
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ id, original: row }) => (
              <tr key={id}>
                {block.by.map((by, index) =>
                  index === 0 ? (
                    <th key={by} scope="row">
                      {nameOf(row, by)}
                    </th>
                  ) : (
                    <td key={by} className="muted">
                      {nameOf(row, by)}
                    </td>
                  ),
                )}
                {measures.map((one) => {
                  const norm = block.norms?.[one.name];
                  const own = ofTeam.get(one.name);
                  const average = own === undefined ? (averages.get(one.name) ?? null) : numberOf(row[own]);
                  return (
                    <NumberCell
                      key={one.name}
                      member={one}
                      row={row}
                      slice={sliceOf(row)}
                      average={average}
                      deviation={
                        row[keys[0]!] === null
                          ? undefined
                          : deviationOf(one, numberOf(row[one.name]), {
                              average,
                              norm: norm === undefined ? null : numberOf(row[norm]),
                            })
                      }
                    />
                  );
                })}
              </tr>
            ))}
          </tbody>
          {total && (rows.length > 1 || (rows.length > 0 && ofTeam.size > 0)) && (
            <tfoot>
              <tr>
                <th scope="row" colSpan={block.by.length}>
                  {t('total')}
                </th>
                {measures.map((one) => (
                  <td key={one.name} className="is-number">
                    {format.full(one.unit, numberOf(total[one.name]))}
                  </td>
                ))}
              </tr>
              {block.hasAverage && (
                <tr className="average">
                  <th scope="row" colSpan={block.by.length}>
                    {t(ofTeam.size > 0 ? 'teamAverage' : 'average')}
                  </th>
                  {measures.map((one) => (
                    <td
                      key={one.name}
                      className="is-number"
                      data-measure={one.name}
                      data-value={String(averages.get(one.name) ?? null)}
                    >
                      {format.full(one.unit, averages.get(one.name) ?? null)}
                    </td>
                  ))}
                </tr>
              )}
            </tfoot>
          )}
        </table>
      </div>
    </Frame>
  );
}

interface NumberCellProps {
  readonly member: Member;
  readonly row: Row;
  readonly slice: readonly string[];
  /** What it is held against; of the scorecard the person's own team. */
  readonly average: number | null;
  readonly deviation: Deviation | undefined;
}

function NumberCell({ member, row, slice, average, deviation: found }: NumberCellProps) {
  const t = useWords();
  const format = useFormat();
  const catalog = useCatalog();
  const unitOf = (name: string | undefined): string | undefined => name && catalog.find(name)?.unit;
  const value = numberOf(row[member.name]);
  const [numerator, denominator] = [member.numerator, member.denominator].map((part) =>
    part === undefined ? null : numberOf(row[part]),
  );
  const isSmall = member.unit === 'share' && denominator != null && denominator < SMALL;
  // Of two deals one more or less is chance, nothing to colour.
  const deviation = isSmall ? undefined : found;
  const notes = [
    denominator != null &&
      t('ofWhich', {
        n: format.short(unitOf(member.numerator), numerator ?? null),
        d: format.short(unitOf(member.denominator), denominator),
      }),
    isSmall && t('smallSample'),
    deviation && t(deviation.word),
    average !== null &&
      [`${t('average')} ${format.full(member.unit, average)}`, format.change(member.unit, value, average)]
        .filter(Boolean)
        .join(', '),
  ].filter(Boolean);
  const text = format.full(member.unit, value);
  return (
    <td
      className={`is-number${isSmall ? ' is-small-sample' : ''}${deviation ? ` tone-${deviation.tone}` : ''}`}
      data-measure={member.name}
      data-value={String(value)}
    >
      {value === null ? (
        <span className="muted">{NONE}</span>
      ) : (
        <button
          type="button"
          title={notes.join(' · ')}
          onClick={() => go({ open: member.name, slice: [...slice] })}
        >
          {text}
          {deviation && (
            <span className="deviation" aria-hidden="true">
              {deviation.isAbove ? '▲' : '▼'}
            </span>
          )}
        </button>
      )}
    </td>
  );
}
