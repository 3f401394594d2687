import { withImages } from '../../channels/folder/index.ts';
import type { ReportDocument } from '../document.ts';
import { renderCsv } from './csv.ts';
import { drawChart } from './draw-chart.ts';
import { renderHtml } from './html.ts';
import { renderPdf } from './pdf.ts';
import { renderXlsx } from './xlsx.ts';

export const REPORT_FORMATS = ['xlsx', 'pdf', 'html', 'csv'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];

export const MEDIA_TYPES: Readonly<Record<ReportFormat, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  pdf: 'application/pdf',
  html: 'text/html; charset=utf-8',
  csv: 'text/csv; charset=utf-8',
};

/** The report as a file. */
export async function renderReport(report: ReportDocument, format: ReportFormat): Promise<Buffer> {
  switch (format) {
    case 'xlsx':
      return renderXlsx(report);
    case 'pdf':
      return renderPdf(report);
    case 'csv':
      return renderCsv(report);
    case 'html': {
      const images = report.charts.map((chart, index) => ({
        cid: `chart-${index + 1}`,
        base64: drawChart(chart, report.language).toString('base64'),
      }));
      return Buffer.from(withImages(renderHtml(report, { isFile: true }), images));
    }
  }
}
