import type { Cell } from '../../../cube/query.ts';
import { annotationAt, mailRows, type ReportDocument, type Table } from '../document.ts';
import { WORDS } from '../words.ts';
import { fullTitleOf } from '../ask-section.ts';
import { formatCell, formatMoment, formatSpan } from './format.ts';

/** Rows a mail without pictures is still read with. */
const MOST_ROWS = 25;

/** The report as plain text: the text part of a mail. */
export function renderText(report: ReportDocument): string {
  const words = WORDS[report.language];
  return [
    brief(report),
    ...report.tables.map((table) => tableText(table, report)),
    ...(report.link === undefined ? [] : [`${words.open}: ${report.link}`]),
  ].join('\n\n');
}

/** Key numbers and what changed: what a chat shows. */
export function brief(report: ReportDocument): string {
  const { language, account, period, tiles, sentences } = report;
  const words = WORDS[language];
  const lines = [`${account} · ${formatSpan(period, language)}`];
  if (report.lateFor) lines.push(`${words.late} ${formatMoment(report.lateFor, report.timeZone, language)}`);
  if (tiles.length > 0) {
    lines.push('');
    for (const { annotation, value, previous } of tiles) {
      const unit = annotation.format === 'currency' ? ` ${report.currency}` : '';
      lines.push(
        `${fullTitleOf(annotation, language)}: ${formatCell(value, annotation, language)}${unit} (${words.vs} ${formatCell(previous, annotation, language)})`,
      );
    }
  }
  if (sentences.length > 0) lines.push('', `${words.changed}:`, ...sentences.map((text) => `• ${text}`));
  if (report.link !== undefined) lines.push('', report.link);
  return lines.join('\n');
}

function tableText(table: Table, { language }: ReportDocument): string {
  const { title, columns, footer = [], empty } = table;
  const rows = mailRows(table);
  if (rows.length === 0) return `${title}\n${empty}`;
  const shown = columns.map((column, index) => ({ column, index })).filter(({ column }) => !column.isWide);
  const cellsOf = (row: readonly Cell[], place: number): string[] =>
    shown.map(({ index }) => {
      const cell = row[index] ?? null;
      const annotation = annotationAt(table, place, index);
      const isName = typeof cell === 'string' && Number.isNaN(Number(cell));
      return isName && annotation.type === 'number' ? cell : formatCell(cell, annotation, language);
    });
  const lines = [
    shown.map(({ column }) => column.title),
    ...rows.slice(0, MOST_ROWS).map((row, place) => cellsOf(row, place)),
    ...footer.map((row) => cellsOf(row, -1)),
  ];
  const widths = shown.map((_, place) => Math.max(...lines.map((line) => line[place]?.length ?? 0)));
  const body = lines.map((line) =>
    line
      .map((cell, place) => {
        const width = widths[place] ?? 0;
        return shown[place]?.column.annotation.type === 'number' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join('  ')
      .trimEnd(),
  );
  const rest = rows.length > MOST_ROWS ? [`+ ${rows.length - MOST_ROWS} ${WORDS[language].more}`] : [];
  return [title, ...body, ...rest].join('\n');
}
