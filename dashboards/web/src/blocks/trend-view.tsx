import { useCallback, useMemo, useRef } from 'react';
import { numberOf, useLoad, type Row } from '../api/cube.ts';
import { base, categories, legend, marks, values as valueAxis } from '../charts/axes.ts';
import { Chart, type ChartHandle } from '../charts/chart.tsx';
import type { Colours } from '../charts/colours.ts';
import { go } from '../controls/address.ts';
import type { Sheet } from '../export/sheet.ts';
import { valueName } from '../i18n/values.ts';
import type { Member } from '../model/catalog.ts';
import { dateOf, viewOf } from '../model/scope.ts';
import type { TrendBlock } from '../pages/index.ts';
import { Frame } from './frame.tsx';
import { frameOf, useBlock } from './use-block.ts';

interface Series {
  readonly name: string;
  readonly measure: Member;
  readonly values: readonly (number | null)[];
  readonly isBefore?: boolean;
}

/** At most so many lines can be told apart. */
const MOST_SERIES = 8;

export function TrendView({ block }: { block: TrendBlock }) {
  const { t, language, catalog, titleOf, format, scope } = useBlock();
  const handle = useRef<ChartHandle>(null);
  const view = viewOf(block.measures[0]!);
  const date = dateOf(view);
  const granularity = block.isAlways ? 'month' : scope.granularity;
  const bucket = `${date}.${granularity}`;
  const query = (range: typeof scope.range) => ({
    measures: block.measures,
    ...(block.by && { dimensions: [block.by] }),
    filters: scope.filters(view),
    ...(block.isAlways
      ? { timeDimension: { dimension: date, granularity } }
      : scope.dated(block.measures[0]!, range, granularity)),
  });
  const now = useLoad(query(scope.range));
  const hasComparison =
    scope.compare !== undefined && !block.isAlways && block.measures.length === 1 && !block.by;
  const before = useLoad(hasComparison ? query(scope.compare) : undefined);

  const { times, series } = useMemo(() => {
    const times = [...new Set((now.data ?? []).map((row) => String(row[bucket])))].sort();
    const members = block.measures.map((name) => catalog.find(name)!);
    const series: Series[] = block.by
      ? byDimension(now.data ?? [], { times, bucket, by: block.by, measure: members[0]! }).map((one) => ({
          ...one,
          name: one.name === null ? t('unknown') : valueName(block.by!.split('.')[1]!, one.name, language),
        }))
      : members.map((measure) => ({
          measure,
          name: titleOf(measure),
          values: times.map((time) =>
            numberOf(now.data?.find((row) => row[bucket] === time)?.[measure.name]),
          ),
        }));
    if (hasComparison && before.data !== undefined && before.data.length > 0) {
      const sorted = [...before.data].sort((one, other) =>
        String(one[bucket]).localeCompare(String(other[bucket])),
      );
      series.push({
        measure: members[0]!,
        name: t('versus', { when: format.range(scope.compare.from, scope.compare.to) }),
        values: times.map((_, index) => numberOf(sorted[index]?.[members[0]!.name])),
        isBefore: true,
      });
    }
    return { times, series };
  }, [now.data, before.data, bucket, block, catalog, language, hasComparison, format, scope]);

  const unit = series[0]?.measure.unit;
  const most = Math.max(0, ...series.flatMap(({ values }) => values.map((value) => value ?? 0)));
  const labels = times.map((time) => format.bucket(time, granularity));
  const option = useCallback(
    (colours: Colours) => ({
      ...base(colours),
      ...(series.length > 1 && {
        legend: legend(colours),
        grid: { left: 4, right: 12, top: 34, bottom: 4, containLabel: true },
      }),
      tooltip: {
        ...(base(colours)['tooltip'] as object),
        valueFormatter: (value: number | null) => format.full(unit, value),
      },
      xAxis: categories(colours, labels),
      yAxis: {
        ...valueAxis(colours, (value) => format.short(unit, value)),
        // Of a stack the marks are of its sum, which is higher.
        ...(block.chart !== 'stack' && marks(unit, most)),
      },
      series: series.map(({ name, values, isBefore }) =>
        block.chart === 'line' || isBefore
          ? {
              type: 'line',
              name,
              data: [...values],
              // A day alone between two without a value is a point, not a line.
              showSymbol: values.length < 15 || values.includes(null),
              symbolSize: 5,
              connectNulls: false,
              lineStyle: isBefore ? { width: 1.5, type: 'dashed', color: colours.muted } : { width: 2.5 },
              itemStyle: isBefore ? { color: colours.muted } : {},
            }
          : {
              type: 'bar',
              name,
              data: [...values],
              barMaxWidth: 34,
              itemStyle: { borderRadius: block.chart === 'stack' ? 0 : [4, 4, 0, 0] },
              ...(block.chart === 'stack' && { stack: 'all' }),
            },
      ),
    }),
    [series, labels.join(), unit, most, block.chart, format],
  );
  const sheet = (): Sheet => ({
    columns: [
      { title: t('period'), isNumber: false },
      ...series.map(({ name, measure }) => ({ title: name, isNumber: true, unit: measure.unit })),
    ],
    rows: times.map((time, index) => [
      time.slice(0, 10),
      ...series.map(({ values }) => values[index] ?? null),
    ]),
  });
  return (
    <Frame
      {...frameOf(block, now)}
      isEmpty={series.every(({ values }) => values.every((value) => value === null))}
      deaf={scope.deaf(view)}
      sheet={sheet}
      picture={() => handle.current?.picture()}
      isChart
    >
      <Chart
        label={`${t('chart')}: ${block.title[language]}`}
        height={260}
        option={option}
        handle={handle}
        onPick={(_, index) => series[index] && go({ open: series[index].measure.name, slice: [] })}
      />
    </Frame>
  );
}

function byDimension(
  rows: readonly Row[],
  { times, bucket, by, measure }: { times: readonly string[]; bucket: string; by: string; measure: Member },
): (Omit<Series, 'name'> & { readonly name: string | null })[] {
  const sums = new Map<string | null, Map<string, number | null>>();
  for (const row of rows) {
    const name = row[by] == null ? null : String(row[by]);
    if (!sums.has(name)) sums.set(name, new Map());
    sums.get(name)!.set(String(row[bucket]), numberOf(row[measure.name]));
  }
  const size = (one: Map<string, number | null>): number =>
    [...one.values()].reduce<number>((sum, value) => sum + (value ?? 0), 0);
  return [...sums]
    .sort(([, one], [, other]) => size(other) - size(one))
    .slice(0, MOST_SERIES)
    .map(([name, values]) => ({ name, measure, values: times.map((time) => values.get(time) ?? null) }));
}
