import { useCallback, useMemo, useRef } from 'react';
import { numberOf, useLoad } from '../api/cube.ts';
import { base, categories } from '../charts/axes.ts';
import { Chart, type ChartHandle } from '../charts/chart.tsx';
import type { Colours } from '../charts/colours.ts';
import { FUNNEL_MODES, go, useAddress } from '../controls/address.ts';
import type { Sheet } from '../export/sheet.ts';
import { valueName } from '../i18n/values.ts';
import { WORDS } from '../i18n/words.ts';
import type { FunnelBlock } from '../pages/index.ts';
import { Frame } from './frame.tsx';
import { frameOf, useBlock } from './use-block.ts';

const [REACHED, CONVERSION, STEP] = ['funnel.deals_reached', 'funnel.step_conversion', 'funnel.step'];

/** Of the deals created in the period: how many reached each step, and what share of them the next one. */
export function FunnelView({ block }: { block: FunnelBlock }) {
  const { t, language, catalog, titleOf, format, scope } = useBlock();
  const handle = useRef<ChartHandle>(null);
  const { mode } = useAddress();
  const query = useLoad({
    measures: [REACHED, CONVERSION],
    dimensions: [STEP, 'funnel.step_no'],
    filters: [...scope.filters('funnel'), { member: REACHED, operator: 'gt', values: ['0'] }],
    timeDimension: { dimension: scope.dateOf(REACHED), dateRange: [scope.range.from, scope.range.to] },
    order: [['funnel.step_no', 'asc']],
  });
  const { data } = query;
  const steps = useMemo(
    () =>
      (data ?? []).map((row) => ({
        id: String(row[STEP]),
        label: valueName('step', String(row[STEP]), language),
        reached: numberOf(row[REACHED]) ?? 0,
        conversion: numberOf(row[CONVERSION]),
      })),
    [data, language],
  );
  const option = useCallback(
    (colours: Colours) => {
      const first = steps[0]?.reached ?? 1;
      return {
        ...base(colours),
        grid: { left: 4, right: 158, top: 4, bottom: 4, containLabel: true },
        xAxis: { type: 'value', show: false, max: first },
        yAxis: {
          ...categories(
            colours,
            steps.map(({ label }) => label),
          ),
          inverse: true,
          axisLine: { show: false },
          axisLabel: { color: colours.ink, interval: 0 },
        },
        tooltip: {
          ...(base(colours)['tooltip'] as object),
          valueFormatter: (value: number) => format.count(value),
        },
        series: [
          {
            type: 'bar',
            name: titleOf(catalog.find(REACHED)!),
            data: steps.map(({ id, reached }) => ({
              value: reached,
              itemStyle: { color: id === 'won' ? colours.series[1] : colours.series[0], borderRadius: 5 },
            })),
            barWidth: '64%',
            showBackground: true,
            backgroundStyle: { color: colours.line, opacity: 0.35, borderRadius: 5 },
            label: {
              show: true,
              position: 'right',
              color: colours.ink,
              formatter: ({ dataIndex }: { dataIndex: number }) => {
                const step = steps[dataIndex]!;
                const share = format.full('share', step.reached / first);
                const next =
                  step.conversion === null ? '' : `  {next|→ ${format.full('share', step.conversion)}}`;
                return `{count|${format.count(step.reached)}}  {share|${share}}${next}`;
              },
              rich: {
                count: { fontWeight: 600, color: colours.ink },
                share: { color: colours.muted },
                next: { color: colours.muted },
              },
            },
          },
        ],
      };
    },
    [steps, format],
  );
  const sheet = (): Sheet => ({
    columns: [
      { title: titleOf(catalog.find(STEP)!), isNumber: false },
      { title: titleOf(catalog.find(REACHED)!), isNumber: true },
      { title: titleOf(catalog.find(CONVERSION)!), isNumber: true, unit: 'share' },
    ],
    rows: steps.map(({ label, reached, conversion }) => [label, reached, conversion]),
  });
  return (
    <Frame
      {...frameOf(block, query)}
      hint={WORDS[`${mode}Hint`]}
      controls={
        <div className="segments segments-small" role="group" aria-label={t('funnelMode')}>
          {FUNNEL_MODES.map((one) => (
            <button key={one} type="button" aria-pressed={one === mode} onClick={() => go({ mode: one })}>
              {t(one === 'period' ? 'periodMode' : one)}
            </button>
          ))}
        </div>
      }
      isEmpty={steps.length === 0}
      sheet={sheet}
      picture={() => handle.current?.picture()}
      isChart
    >
      <Chart
        label={`${t('chart')}: ${block.title[language]}`}
        height={steps.length * 36 + 8}
        option={option}
        handle={handle}
        onPick={(index) => steps[index] && go({ open: REACHED, slice: [`${STEP}~${steps[index].id}`] })}
      />
    </Frame>
  );
}
