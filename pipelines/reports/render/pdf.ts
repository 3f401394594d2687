import { join } from 'node:path';
import pdfmake from 'pdfmake';
import type { Content, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces.js';
import type { Cell } from '../../../cube/query.ts';
import { annotationAt, type ReportDocument, type Table } from '../document.ts';
import { fullTitleOf } from '../ask-section.ts';
import { WORDS } from '../words.ts';
import { chartSvg, FONT_FOLDER } from './draw-chart.ts';
import { formatCell, formatMoment, formatSpan } from './format.ts';

const DIM = '#6b7280';
const LINE = '#d7dbe0';
const PAGE_WIDTH = 780;
/** A page has room for so many columns; the others are in the workbook. */
const MOST_COLUMNS = 12;

/** The report as A4 pages, wide side down; the header of a table stands on each of its pages. */
export async function renderPdf(report: ReportDocument): Promise<Buffer> {
  const file = (name: string): string => join(FONT_FOLDER, `Roboto-${name}.ttf`);
  // Nothing in a report is fetched, and of files only its fonts are read.
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy((path) => path.startsWith(FONT_FOLDER));
  pdfmake.setFonts({ Roboto: { normal: file('Regular'), bold: file('Medium') } });
  const { language } = report;
  const words = WORDS[language];
  const heading = `${report.title}, ${formatSpan(report.period, language)}`;
  const definition: TDocumentDefinitions = {
    pageSize: 'A4',
    pageOrientation: 'landscape',
    pageMargins: [30, 30, 30, 40],
    info: { title: heading, author: 'voronka' },
    defaultStyle: { font: 'Roboto', fontSize: 9 },
    footer: (page, pages) => ({
      columns: [
        { text: `${words.made} ${formatMoment(report.madeAt, report.timeZone, language)}`, color: DIM },
        { text: `${page} / ${pages}`, alignment: 'right', color: DIM },
      ],
      fontSize: 8,
      margin: [30, 10],
    }),
    content: [
      { text: report.account, color: DIM },
      { text: heading, fontSize: 16, bold: true, margin: [0, 2, 0, 8] },
      ...lateNote(report),
      ...tiles(report),
      ...sentences(report),
      ...report.charts.map((chart): Content => ({
        svg: chartSvg(chart, language),
        width: 520,
        margin: [0, 10, 0, 0],
      })),
      ...report.tables.flatMap((table) => tableContent(table, report)),
    ],
  };
  return pdfmake.createPdf(definition).getBuffer();
}

function lateNote({ lateFor, language, timeZone }: ReportDocument): Content[] {
  if (!lateFor) return [];
  return [
    {
      text: `${WORDS[language].late} ${formatMoment(lateFor, timeZone, language)}`,
      color: '#8a4b00',
      margin: [0, 0, 0, 6],
    },
  ];
}

function tiles({ tiles, language, currency }: ReportDocument): Content[] {
  if (tiles.length === 0) return [];
  return [
    {
      columns: tiles.map(({ annotation, value, previous }) => ({
        stack: [
          {
            text: `${fullTitleOf(annotation, language)}${annotation.format === 'currency' ? `, ${currency}` : ''}`,
            color: DIM,
            fontSize: 8,
          },
          { text: formatCell(value, annotation, language), fontSize: 13 },
          {
            text: `${WORDS[language].vs} ${formatCell(previous, annotation, language)}`,
            color: DIM,
            fontSize: 8,
          },
        ],
      })),
      columnGap: 8,
    },
  ];
}

function sentences({ sentences, language }: ReportDocument): Content[] {
  if (sentences.length === 0) return [];
  return [
    { text: WORDS[language].changed, bold: true, fontSize: 11, margin: [0, 12, 0, 4] },
    { ul: [...sentences] },
  ];
}

function tableContent(table: Table, { language, currency }: ReportDocument): Content[] {
  const { title, columns, rows, footer = [], empty } = table;
  const heading: Content = { text: title, bold: true, fontSize: 11, margin: [0, 14, 0, 4], headlineLevel: 1 };
  if (rows.length === 0) return [heading, { text: empty, color: DIM }];
  const shown = columns
    .map((column, index) => ({ column, index }))
    .filter(({ column }) => !column.key.endsWith('.step_no'))
    .slice(0, MOST_COLUMNS);
  const alignOf = (type: string): 'right' | 'left' => (type === 'number' ? 'right' : 'left');
  const head = shown.map(({ column: { title, annotation } }): TableCell => ({
    text: annotation.format === 'currency' ? `${title}, ${currency}` : title,
    bold: true,
    color: DIM,
    alignment: alignOf(annotation.type),
  }));
  const line = (row: readonly Cell[], bold: boolean, place = -1): TableCell[] =>
    shown.map(({ index }): TableCell => {
      const annotation = annotationAt(table, place, index);
      const cell = row[index] ?? null;
      const isName = typeof cell === 'string' && Number.isNaN(Number(cell));
      const text = isName && annotation.type === 'number' ? cell : formatCell(cell, annotation, language);
      return { text, bold, alignment: alignOf(annotation.type) };
    });
  return [
    heading,
    {
      table: {
        headerRows: 1,
        dontBreakRows: true,
        widths: shown.map(({ column }) =>
          column.annotation.type === 'number' ? 'auto' : shown.length > 8 ? PAGE_WIDTH / shown.length : '*',
        ),
        body: [
          head,
          ...rows.map((row, place) => line(row, false, place)),
          ...footer.map((row) => line(row, true)),
        ],
      },
      layout: {
        hLineColor: () => LINE,
        hLineWidth: (index) => (index === 0 ? 0 : 0.5),
        vLineWidth: () => 0,
      },
    },
  ];
}
