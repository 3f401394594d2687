import { useCallback, useMemo, useRef } from 'react';
import { numberOf, useLoad } from '../api/cube.ts';
import { base, categories } from '../charts/axes.ts';
import { Chart, type ChartHandle } from '../charts/chart.tsx';
import type { Colours } from '../charts/colours.ts';
import { go } from '../controls/address.ts';
import type { Sheet } from '../export/sheet.ts';
import { weekdayName } from '../i18n/values.ts';
import { viewOf } from '../model/scope.ts';
import type { HeatmapBlock } from '../pages/index.ts';
import { Frame } from './frame.tsx';
import { frameOf, useBlock } from './use-block.ts';

/** A measure by hour and weekday. Hours without anything at either end of the day are left out. */
export function HeatmapView({ block }: { block: HeatmapBlock }) {
  const { t, language, catalog, titleOf, format, scope } = useBlock();
  const handle = useRef<ChartHandle>(null);
  const view = viewOf(block.measure);
  const member = catalog.find(block.measure)!;
  const query = useLoad({
    measures: [block.measure],
    dimensions: [block.x, block.y],
    filters: scope.filters(view),
    ...scope.dated(block.measure, scope.range),
  });
  const { data } = query;
  const { hours, days, cells } = useMemo(() => {
    const found = (data ?? []).flatMap((row) => {
      const [hour, day, value] = [
        numberOf(row[block.x]),
        numberOf(row[block.y]),
        numberOf(row[block.measure]),
      ];
      return hour === null || day === null || !value ? [] : [{ hour, day, value }];
    });
    const [first, last] = [
      Math.min(9, ...found.map(({ hour }) => hour)),
      Math.max(18, ...found.map(({ hour }) => hour)),
    ];
    const hours = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const lastDay = Math.max(5, ...found.map(({ day }) => day));
    return { hours, days: Array.from({ length: lastDay }, (_, index) => index + 1), cells: found };
  }, [data, block]);
  const most = Math.max(1, ...cells.map(({ value }) => value));
  const option = useCallback(
    (colours: Colours) => ({
      ...base(colours),
      tooltip: {
        ...(base(colours)['tooltip'] as object),
        trigger: 'item',
        formatter: ({ value }: { value: [number, number, number] }) =>
          `${weekdayName(days[value[1]]!, language)}, ${hours[value[0]]}:00 — <b>${format.full(member.unit, value[2])}</b>`,
      },
      grid: { left: 4, right: 4, top: 4, bottom: 4, containLabel: true },
      xAxis: { ...categories(colours, hours.map(String)), axisLine: { show: false } },
      yAxis: {
        ...categories(
          colours,
          days.map((day) => weekdayName(day, language)),
        ),
        inverse: true,
        axisLine: { show: false },
      },
      visualMap: { show: false, min: 0, max: most, inRange: { color: [...colours.scale] } },
      series: [
        {
          type: 'heatmap',
          data: hours.flatMap((hour, x) =>
            days.map((day, y) => [
              x,
              y,
              cells.find((cell) => cell.hour === hour && cell.day === day)?.value ?? 0,
            ]),
          ),
          label: {
            show: true,
            fontSize: 11,
            formatter: ({ value }: { value: number[] }) =>
              value[2] ? format.short(member.unit, value[2]) : '',
          },
          itemStyle: { borderWidth: 2, borderColor: colours.surface, borderRadius: 4 },
        },
      ],
    }),
    [cells, hours.length, days.length, most, language, format, member],
  );
  const sheet = (): Sheet => ({
    columns: [
      { title: titleOf(catalog.find(block.y)!), isNumber: false },
      ...hours.map((hour) => ({ title: `${hour}:00`, isNumber: true, unit: member.unit })),
    ],
    rows: days.map((day) => [
      weekdayName(day, language),
      ...hours.map((hour) => cells.find((cell) => cell.hour === hour && cell.day === day)?.value ?? 0),
    ]),
  });
  return (
    <Frame
      {...frameOf(block, query)}
      isEmpty={cells.length === 0}
      deaf={scope.deaf(view)}
      sheet={sheet}
      picture={() => handle.current?.picture()}
      isChart
    >
      <Chart
        label={`${t('chart')}: ${block.title[language]}`}
        height={days.length * 38 + 30}
        option={option}
        handle={handle}
        onPick={(index) => {
          const [hour, day] = [hours[Math.floor(index / days.length)], days[index % days.length]];
          if (hour !== undefined && day !== undefined)
            go({ open: block.measure, slice: [`${block.x}~${hour}`, `${block.y}~${day}`] });
        }}
      />
    </Frame>
  );
}
