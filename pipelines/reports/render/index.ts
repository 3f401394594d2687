import { withImages } from '../../channels/folder/index.ts';
import type { ReportDocument } from '../document.ts';
import { renderCsv } from './csv.ts';
import { chartImages } from './chart-images.ts';
import { renderHtml } from './html.ts';
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
      return (await import('./pdf.ts')).renderPdf(report);
    case 'csv':
      return renderCsv(report);
    case 'html':
      return Buffer.from(withImages(renderHtml(report, { isFile: true }), await chartImages(report)));
  }
}
