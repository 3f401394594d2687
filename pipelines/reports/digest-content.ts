import type { Attachment, Content } from '../channels/index.ts';
import type { DigestSettings } from '../config/reports.ts';
import type { ReportDocument } from './document.ts';
import { drawChart } from './render/draw-chart.ts';
import { formatSpan } from './render/format.ts';
import { renderHtml } from './render/html.ts';
import { renderPdf } from './render/pdf.ts';
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
    const pages = await renderPdf(report);
    attachments.push({ name: `${stem}.pdf`, type: 'application/pdf', base64: pages.toString('base64') });
  }
  return {
    subject: `${report.title}, ${formatSpan(report.period, report.language)}`,
    text: renderText(report),
    brief: brief(report),
    html: renderHtml(report),
    images: report.charts.map((chart, index) => ({
      cid: `chart-${index + 1}`,
      base64: drawChart(chart, report.language).toString('base64'),
    })),
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
