import type { ReportDocument } from '../document.ts';

/** A chart of a report, as its page or its mail names it. */
export interface ChartImage {
  readonly cid: string;
  /** PNG. */
  readonly base64: string;
}

/** The charts of a report as PNGs. What draws them is loaded when there is one to draw: every other command starts without it. */
export async function chartImages({ charts, language }: ReportDocument): Promise<ChartImage[]> {
  if (charts.length === 0) return [];
  const { drawChart } = await import('./draw-chart.ts');
  return charts.map((chart, index) => ({
    cid: `chart-${index + 1}`,
    base64: drawChart(chart, language).toString('base64'),
  }));
}
