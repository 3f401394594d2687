import { annotationAt, mailRows, type ReportDocument, type Table, type Tile } from '../document.ts';
import { fullTitleOf } from '../ask-section.ts';
import { WORDS } from '../words.ts';
import { CHART_HEIGHT, CHART_WIDTH } from './chart-size.ts';
import { formatCell, formatMoment, formatSpan } from './format.ts';

/**
 * Mail as Outlook (Word's engine) and Gmail show it: tables for layout, styles on the elements, widths as attributes, no web fonts, no
 * scripts, no SVG, no style sheet that anything depends on. Images are named `cid:chart-1`, `cid:chart-2`, ….
 */

const FONT = "font-family:Arial,'Helvetica Neue',sans-serif";
const INK = '#222222';
const DIM = '#6b7280';
const LINE = '#e5e7eb';
const GOOD = '#1a7f37';
const BAD = '#b42318';
const WIDTH = 680;
/** More rows are in the attachment. */
const MOST_ROWS = 40;
/** More of them are set in smaller type. */
const MANY_COLUMNS = 6;

export interface HtmlOptions {
  /** A file has room for every column and row, a mail has not. */
  readonly isFile?: boolean;
}

export function renderHtml(report: ReportDocument, options: HtmlOptions = {}): string {
  const { language, title, account, period } = report;
  const words = WORDS[language];
  const heading = `${title}, ${formatSpan(period, language)}`;
  const parts = [
    `<p style="margin:0;${FONT};font-size:13px;color:${DIM}">${escape(account)}</p>`,
    `<h1 style="margin:4px 0 12px;${FONT};font-size:22px;line-height:28px;color:${INK}">${escape(heading)}</h1>`,
    report.lateFor ? lateNote(report, report.lateFor) : '',
    tilesHtml(report),
    sentencesHtml(report),
    ...report.charts.map(
      (chart, index) =>
        `<p style="margin:16px 0 0"><img src="cid:chart-${index + 1}" width="${CHART_WIDTH}" height="${CHART_HEIGHT}" alt="${escape(chart.title)}" style="display:block;border:0;max-width:100%;height:auto"></p>`,
    ),
    ...report.tables.map((table) => tableHtml(table, report, options.isFile === true)),
    report.link === undefined
      ? ''
      : `<p style="margin:20px 0 0;${FONT};font-size:14px"><a href="${escape(report.link)}" style="color:#1f6f8b">${words.open}</a></p>`,
    `<p style="margin:20px 0 0;${FONT};font-size:12px;color:${DIM}">${words.made} ${escape(formatMoment(report.madeAt, report.timeZone, language))} · voronka</p>`,
  ];
  const width = options.isFile ? '100%' : String(WIDTH);
  return `<!DOCTYPE html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta name="color-scheme" content="light">
<title>${escape(heading)}</title>
</head>
<body style="margin:0;padding:0;background:#ffffff">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0"><tr><td align="${options.isFile ? 'left' : 'center'}" style="padding:16px">
<table role="presentation" width="${width}" cellpadding="0" cellspacing="0" border="0"${options.isFile ? '' : ` style="max-width:${WIDTH}px"`}><tr><td align="left">
${parts.filter((part) => part !== '').join('\n')}
</td></tr></table>
</td></tr></table>
</body>
</html>
`;
}

function lateNote({ language, timeZone }: ReportDocument, due: Date): string {
  return `<p style="margin:0 0 12px;padding:8px 12px;background:#fff4e5;${FONT};font-size:13px;color:#8a4b00">${WORDS[language].late} ${escape(formatMoment(due, timeZone, language))}</p>`;
}

function tilesHtml({ tiles, language, currency }: ReportDocument): string {
  if (tiles.length === 0) return '';
  const perRow = 3;
  const rows: Tile[][] = [];
  for (let index = 0; index < tiles.length; index += perRow) rows.push(tiles.slice(index, index + perRow));
  const cell = (tile: Tile): string => {
    const { annotation, value, previous } = tile;
    const title = fullTitleOf(annotation, language);
    const unit = annotation.format === 'currency' ? `, ${currency}` : '';
    return `<td width="33%" valign="top" style="padding:10px 12px;border:1px solid ${LINE};${FONT}"><div style="font-size:12px;line-height:16px;color:${DIM}">${escape(title)}${unit}</div><div style="font-size:20px;line-height:28px;color:${INK}">${escape(formatCell(value, annotation, language))}</div><div style="font-size:12px;line-height:16px;color:${trendColour(tile)}">${WORDS[language].vs} ${escape(formatCell(previous, annotation, language))}</div></td>`;
  };
  const body = rows.map((row) => {
    const filler = '<td width="33%"></td>'.repeat(perRow - row.length);
    return `<tr>${row.map(cell).join('')}${filler}</tr>`;
  });
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse">${body.join('')}</table>`;
}

function trendColour({ annotation, value, previous }: Tile): string {
  const good = annotation.meta?.['good'];
  if (value === null || previous === null || Number(value) === Number(previous)) return DIM;
  const isUp = Number(value) > Number(previous);
  if (good !== 'up' && good !== 'down') return DIM;
  return isUp === (good === 'up') ? GOOD : BAD;
}

function sentencesHtml({ sentences, language }: ReportDocument): string {
  if (sentences.length === 0) return '';
  const items = sentences.map((text) => `<li style="margin:0 0 4px">${escape(text)}</li>`).join('');
  return `${subtitle(WORDS[language].changed)}<ul style="margin:0;padding:0 0 0 20px;${FONT};font-size:14px;line-height:20px;color:${INK}">${items}</ul>`;
}

function tableHtml(table: Table, { language, currency }: ReportDocument, isFile: boolean): string {
  const columns = table.columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => (isFile || column.isWide !== true) && !column.key.endsWith('.step_no'));
  const heading = subtitle(table.title, table.link);
  if (table.rows.length === 0)
    return `${heading}<p style="margin:0;${FONT};font-size:14px;color:${DIM}">${table.empty}</p>`;
  const align = (type: string): string => (type === 'number' ? 'right' : 'left');
  // Who has no Arial gets a wider face: many columns have to leave room for that.
  const size = columns.length > MANY_COLUMNS && !isFile ? 12 : 13;
  const head = columns.map(({ column: { title, annotation } }) => {
    const unit = annotation.format === 'currency' ? `, ${currency}` : '';
    return `<th align="${align(annotation.type)}" valign="bottom" style="padding:4px;border-bottom:2px solid ${LINE};font-weight:bold;font-size:${size - 1}px;line-height:15px;color:${DIM}">${escape(title)}${unit}</th>`;
  });
  const line = (cells: readonly (string | number | boolean | null)[], weight: string, row = -1): string =>
    `<tr>${columns
      .map(({ index }) => {
        const annotation = annotationAt(table, row, index);
        const cell = cells[index] ?? null;
        const isName = typeof cell === 'string' && Number.isNaN(Number(cell));
        const text = isName && annotation.type === 'number' ? cell : formatCell(cell, annotation, language);
        return `<td align="${align(annotation.type)}" valign="top" style="padding:4px;border-bottom:1px solid ${LINE};font-weight:${weight}">${escape(text)}</td>`;
      })
      .join('')}</tr>`;
  const rows = isFile ? table.rows : mailRows(table);
  const shown = isFile ? rows : rows.slice(0, MOST_ROWS);
  const rest =
    shown.length < rows.length
      ? `<p style="margin:4px 0 0;${FONT};font-size:12px;color:${DIM}">+ ${rows.length - shown.length} ${WORDS[language].more}</p>`
      : '';
  const body = [
    ...shown.map((cells, row) => line(cells, 'normal', row)),
    ...(table.footer ?? []).map((row) => line(row, 'bold')),
  ];
  return `${heading}<table width="100%" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse;${FONT};font-size:${size}px;line-height:18px;color:${INK}"><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('')}</tbody></table>${rest}`;
}

function subtitle(text: string, link?: string): string {
  const shown =
    link === undefined
      ? escape(text)
      : `<a href="${escape(link)}" style="color:${INK};text-decoration:underline">${escape(text)}</a>`;
  return `<h2 style="margin:24px 0 8px;${FONT};font-size:16px;line-height:22px;color:${INK}">${shown}</h2>`;
}

export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
