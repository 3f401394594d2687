import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Resvg } from '@resvg/resvg-js';
import { init, use } from 'echarts/core';
import { LegacyGridContainLabel } from 'echarts/features';
import { BarChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { SVGRenderer } from 'echarts/renderers';
import type { Chart, Language } from '../document.ts';
import { CHART_HEIGHT, CHART_WIDTH } from './chart-size.ts';

use([
  BarChart,
  LineChart,
  GridComponent,
  LegendComponent,
  TitleComponent,
  LegacyGridContainLabel,
  SVGRenderer,
]);

export const COLOURS = ['#1f6f8b', '#e0a030', '#7a5195'];
const INK = '#333333';

/** Fonts that come with the PDF library: a server has none of its own, and these have Cyrillic. */
export const FONT_FOLDER = join(
  dirname(createRequire(import.meta.url).resolve('pdfmake/package.json')),
  'fonts',
  'Roboto',
);

/** The chart as a PNG of twice its size, for sharp screens: mail programs show no SVG. */
export function drawChart(chart: Chart, language: Language): Buffer {
  const image = new Resvg(chartSvg(chart, language), {
    fitTo: { mode: 'zoom', value: 2 },
    background: '#ffffff',
    font: {
      loadSystemFonts: false,
      fontFiles: ['Roboto-Regular.ttf', 'Roboto-Medium.ttf'].map((name) => join(FONT_FOLDER, name)),
      defaultFontFamily: 'Roboto',
    },
  });
  return image.render().asPng();
}

export function chartSvg(chart: Chart, language: Language): string {
  const drawing = init(null, null, { renderer: 'svg', ssr: true, width: CHART_WIDTH, height: CHART_HEIGHT });
  const compact = new Intl.NumberFormat(language === 'ru' ? 'ru-RU' : 'en-US', {
    notation: 'compact',
    maximumFractionDigits: 1,
  });
  const text = { fontFamily: 'Roboto', color: INK };
  drawing.setOption({
    animation: false,
    textStyle: text,
    title: { text: chart.title, left: 0, top: 0, textStyle: { ...text, fontSize: 14, fontWeight: 500 } },
    ...(chart.series.length > 1 && {
      legend: { top: 22, left: 0, itemHeight: 10, textStyle: { ...text, fontSize: 11 } },
    }),
    grid: { left: 4, right: 8, top: chart.series.length > 1 ? 50 : 34, bottom: 4, containLabel: true },
    xAxis: {
      type: 'category',
      data: [...chart.labels],
      axisTick: { show: false },
      axisLabel: {
        fontSize: 10,
        // Twenty dates side by side run into one another.
        interval: chart.labels.length > 12 && !isLong(chart) ? 1 : 0,
        ...(chart.labels.length > 6 &&
          isLong(chart) && { rotate: 35, width: 90, overflow: 'truncate' as const }),
      },
    },
    yAxis: {
      type: 'value',
      axisLabel: { fontSize: 10, formatter: (value: number) => compact.format(value) },
      splitLine: { lineStyle: { color: '#e6e6e6' } },
    },
    series: chart.series.map(({ name, values }, index) => ({
      name,
      type: chart.kind,
      data: [...values],
      itemStyle: { color: COLOURS[index % COLOURS.length]! },
    })),
  });
  const svg = drawing.renderToSVGString();
  drawing.dispose();
  return svg;
}

const isLong = ({ labels }: Chart): boolean => labels.some((label) => label.length > 6);
