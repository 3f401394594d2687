import { useCallback, useMemo, useRef } from 'react';
import { numberOf, useLoad, type Cell } from '../api/cube.ts';
import { base, categories, legend, values as valueAxis } from '../charts/axes.ts';
import { Chart, type ChartHandle } from '../charts/chart.tsx';
import type { Colours } from '../charts/colours.ts';
import { go } from '../controls/address.ts';
import type { Sheet } from '../export/sheet.ts';
import { valueName } from '../i18n/values.ts';
import { withParts } from '../model/measures.ts';
import { viewOf } from '../model/scope.ts';
import type { BarsBlock } from '../pages/index.ts';
import { Frame } from './frame.tsx';
import { frameOf, useBlock } from './use-block.ts';

const ROW = 30;
const LAST = Number.MAX_SAFE_INTEGER;

export function BarsView({ block }: { block: BarsBlock }) {
  const { t, language, catalog, titleOf, format, scope } = useBlock();
  const handle = useRef<ChartHandle>(null);
  const view = viewOf(block.measures[0]!);
  const query = useLoad({
    measures: withParts(catalog, block.measures),
    dimensions: [block.by, block.orderBy, block.within].filter((name) => name !== undefined),
    filters: [...scope.filters(view), ...(block.filters ?? [])],
    ...scope.dated(block.measures[0]!, scope.range),
  });
  const { data } = query;
  const members = block.measures.map((name) => catalog.find(name)!);
  const [first] = members;
  const rows = useMemo(() => {
    const size = (row: (typeof all)[number]): number =>
      row.values.reduce<number>((sum, value) => sum + (value ?? 0), 0);
    const nameOf = (member: string, value: Cell | undefined): string | undefined =>
      value == null ? undefined : valueName(member.split('.')[1]!, String(value), language);
    const all = (data ?? [])
      .map((row) => ({
        id: row[block.by] ?? null,
        label: nameOf(block.by, row[block.by]),
        whole: block.within === undefined ? null : (row[block.within] ?? null),
        order: block.orderBy === undefined ? null : numberOf(row[block.orderBy]),
        values: block.measures.map((name) => numberOf(row[name])),
        denominator: first?.denominator === undefined ? null : numberOf(row[first.denominator]),
      }))
      .filter((row) => row.values.some((value) => value !== null && value !== 0));
    const wholes = new Map<Cell, number>();
    for (const row of all) wholes.set(row.whole, (wholes.get(row.whole) ?? 0) + 1);
    all.sort(
      (one, other) =>
        wholes.get(other.whole)! - wholes.get(one.whole)! ||
        String(one.whole).localeCompare(String(other.whole)) ||
        (block.orderBy === undefined ? size(other) - size(one) : (one.order ?? LAST) - (other.order ?? LAST)),
    );
    return all.slice(0, block.limit ?? (block.within === undefined ? 15 : 30)).map((row) => {
      const isAlone = all.every(({ id, whole }) => id !== row.id || whole === row.whole);
      const whole = isAlone || block.within === undefined ? undefined : nameOf(block.within, row.whole);
      return { ...row, label: whole === undefined ? row.label : `${row.label ?? ''} · ${whole}` };
    });
  }, [data, block, language, first]);
  const labels = rows.map(
    ({ id, label }) => label ?? (id === null && block.by.endsWith('.manager') ? t('nobody') : t('unknown')),
  );
  const isSingle = members.length === 1;
  const unitOfSample = first?.denominator && catalog.find(first.denominator)?.unit;
  const option = useCallback(
    (colours: Colours) => ({
      ...base(colours),
      ...(!isSingle && { legend: legend(colours) }),
      grid: { left: 4, right: isSingle ? 84 : 16, top: isSingle ? 4 : 34, bottom: 4, containLabel: true },
      tooltip: {
        ...(base(colours)['tooltip'] as object),
        valueFormatter: (value: number | null) => format.full(first?.unit, value),
      },
      xAxis: {
        ...valueAxis(colours, (value) => format.short(first?.unit, value)),
        ...(isSingle && { show: false }),
      },
      yAxis: {
        ...categories(colours, labels),
        inverse: true,
        axisLine: { show: false },
        axisLabel: { color: colours.ink, width: 190, overflow: 'truncate', interval: 0 },
      },
      series: members.map((member, index) => ({
        type: 'bar',
        name: titleOf(member),
        data: rows.map(({ values, denominator }) => ({
          value: values[index],
          // A share of few is drawn paler: it may be chance.
          ...(denominator !== null && denominator < 10 && { itemStyle: { opacity: 0.4 } }),
        })),
        barMaxWidth: 18,
        itemStyle: { borderRadius: block.isStacked ? 0 : 4 },
        ...(block.isStacked && { stack: 'all' }),
        ...(isSingle && {
          label: {
            show: true,
            position: 'right',
            color: colours.ink,
            formatter: ({ dataIndex }: { dataIndex: number }) => {
              const row = rows[dataIndex];
              const value = format.short(member.unit, row?.values[0] ?? null);
              return row?.denominator == null
                ? value
                : `${value} · ${t('ofTotal', { d: format.short(unitOfSample, row.denominator) })}`;
            },
          },
        }),
      })),
    }),
    [rows, labels.join(), first, isSingle, format, block],
  );
  const sheet = (): Sheet => ({
    columns: [
      { title: titleOf(catalog.find(block.by)!), isNumber: false },
      ...members.map((member) => ({ title: titleOf(member), isNumber: true, unit: member.unit })),
    ],
    rows: rows.map(({ values }, index) => [labels[index] ?? '', ...values]),
  });
  return (
    <Frame
      {...frameOf(block, query)}
      isEmpty={rows.length === 0}
      deaf={scope.deaf(view)}
      sheet={sheet}
      picture={() => handle.current?.picture()}
      isChart
    >
      <Chart
        label={`${t('chart')}: ${block.title[language]}`}
        height={Math.max(150, rows.length * ROW + (isSingle ? 12 : 48))}
        option={option}
        handle={handle}
        onPick={(index, series) => {
          const row = rows[index];
          const member = members[series];
          const slice = [
            [block.by, row?.id],
            [block.within, row?.whole],
          ].flatMap(([name, value]) => (name && value != null ? [`${String(name)}~${String(value)}`] : []));
          if (row && member) go({ open: member.name, slice });
        }}
      />
    </Frame>
  );
}
