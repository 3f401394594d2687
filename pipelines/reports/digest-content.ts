import type { Attachment, Content } from '../channels/index.ts';
import type { DigestSettings } from '../config/reports.ts';
import type { ReportDocument } from './document.ts';
import { chartImages } from './render/chart-images.ts';
import { formatSpan } from './render/format.ts';
import { renderHtml } from './render/html.ts';
import { brief, renderText } from './render/text.ts';
import { renderXlsx } from './render/xlsx.ts';

const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

/** A report in every form a channel may want. */
export async function digestContent(
  report: ReportDocument,
  attach: DigestSettings['attach'],
): Promise<Content> {
  const stem = `${report.name}-${report.period.to}`;
  const attachments: Attachment[] = [];
  if (attach.includes('xlsx') && report.tables.length > 0) {
    const workbook = await renderXlsx(report);
    attachments.push({ name: `${stem}.xlsx`, type: XLSX, base64: workbook.toString('base64') });
  }
  if (attach.includes('pdf')) {
    const { renderPdf } = await import('./render/pdf.ts');
    const pages = await renderPdf(report);
    attachments.push({ name: `${stem}.pdf`, type: 'application/pdf', base64: pages.toString('base64') });
  }
  return {
    subject: `${report.title}, ${formatSpan(report.period, report.language)}`,
    text: renderText(report),
    brief: brief(report),
    html: renderHtml(report),
    images: await chartImages(report),
    attachments,
    data: {
      report: report.name,
      period: report.period,
      sentences: report.sentences,
      tables: report.tables.map(({ title, columns, rows }) => ({
        title,
        columns: columns.map(({ key }) => key),
        rows,
      })),
    },
  };
}
