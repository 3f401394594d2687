import { useCallback } from 'react';
import { numberOf, useLoad, type Filter } from '../api/cube.ts';
import { base, categories, values as valueAxis } from '../charts/axes.ts';
import { Chart } from '../charts/chart.tsx';
import type { Colours } from '../charts/colours.ts';
import type { Range } from '../controls/periods.ts';
import { useWords } from '../i18n/words.ts';
import { useTitle, type Member } from '../model/catalog.ts';
import { useFormat } from '../model/format.ts';
import { useScope } from '../model/scope.ts';
import { Skeleton } from '../shell/states.tsx';

interface DrawerTrendProps {
  readonly member: Member;
  readonly filters: readonly Filter[];
  /** The dimension that says when. */
  readonly date: string;
}

/** The number over the period, and beside it over the period it is held against. */
export function DrawerTrend({ member, filters, date }: DrawerTrendProps) {
  const t = useWords();
  const titleOf = useTitle();
  const format = useFormat();
  const scope = useScope();
  const query = (range: Range) => {
    const { from, to } = scope.daysOf(member.name, range);
    return {
      measures: [member.name],
      filters,
      timeDimension: { dimension: date, granularity: scope.granularity, dateRange: [from, to] as const },
    };
  };
  const now = useLoad(query(scope.range));
  const before = useLoad(scope.compare && query(scope.compare));
  const bucket = `${date}.${scope.granularity}`;
  const line = (rows: typeof now.data) =>
    [...(rows ?? [])].sort((one, other) => String(one[bucket]).localeCompare(String(other[bucket])));
  const [rows, earlier] = [line(now.data), line(before.data)];
  const option = useCallback(
    (colours: Colours) => ({
      ...base(colours),
      tooltip: {
        ...(base(colours)['tooltip'] as object),
        valueFormatter: (value: number | null) => format.full(member.unit, value),
      },
      xAxis: categories(
        colours,
        rows.map((row) => format.bucket(String(row[bucket]), scope.granularity)),
      ),
      yAxis: valueAxis(colours, (value) => format.short(member.unit, value)),
      series: [
        {
          type: 'line',
          name: t('current'),
          data: rows.map((row) => numberOf(row[member.name])),
          areaStyle: { opacity: 0.08 },
          lineStyle: { width: 2.5 },
          showSymbol: rows.length < 15,
        },
        {
          type: 'line',
          name: t('previous'),
          data: rows.map((_, index) => numberOf(earlier[index]?.[member.name])),
          lineStyle: { width: 1.5, type: 'dashed', color: colours.muted },
          itemStyle: { color: colours.muted },
          showSymbol: false,
        },
      ],
    }),
    [now.data, before.data, bucket, member, format],
  );
  if (now.isLoading) return <Skeleton height={180} />;
  return <Chart label={`${t('trend')}: ${titleOf(member)}`} height={180} option={option} />;
}
