import { DateTime } from 'luxon';
import type { Annotation, Cell, QueryResult } from '../../cube/query.ts';
import type { Asker } from './asker.ts';
import type { Chart, Column, Language, Table } from './document.ts';
import type { Span } from './period.ts';
import type { Section } from './section.ts';
import { FULL_TITLES, STEP_TITLES, WORDS } from './words.ts';

export interface SectionContext {
  readonly asker: Asker;
  readonly period: Span;
  readonly language: Language;
  readonly linkTo: (page: string) => string | undefined;
}

export interface MadeSection {
  readonly table?: Table;
  readonly chart?: Chart;
}

/** Bars and lines a chart has room for. */
const MOST_POINTS = 20;
const NO_LIMIT = 10_000;

/** Asks for a section with the reader's rights; undefined when the model has none of its measures, or not for this reader. */
export async function askSection(
  section: Section,
  context: SectionContext,
): Promise<MadeSection | undefined> {
  const { asker, language } = context;
  const known = (names: readonly string[] = []): string[] =>
    names.map((name) => `${section.view}.${name}`).filter((member) => asker.knows(member));
  const measures = known(section.measures);
  if (measures.length === 0) return undefined;
  const dimensions = known(section.dimensions);
  const query = queryOf(section, measures, dimensions, context);
  const result = await asker.ask(query);
  const columns = columnsOf(section, query.members, result.annotation, language);
  const rows = result.rows.map((row) => columns.map(({ key }) => spoken(key, row[key] ?? null, language)));
  const link = context.linkTo(section.page ?? '');
  const table: Table = {
    title: section.title[language],
    columns,
    rows,
    empty: WORDS[language].empty,
    ...(section.footer === true &&
      rows.length > 1 && { footer: await footerOf(section, measures, columns, context) }),
    ...(section.page !== undefined && link !== undefined && { link }),
  };
  const chart = section.chart && chartOf(section, columns, result.rows, language);
  return {
    ...(section.isChartOnly !== true && { table }),
    ...(chart && { chart }),
  };
}

interface AskedQuery {
  readonly members: readonly string[];
  readonly [key: string]: unknown;
}

function queryOf(
  section: Section,
  measures: readonly string[],
  dimensions: readonly string[],
  { asker, period }: SectionContext,
): AskedQuery & object {
  const { view, granularity } = section;
  const date = section.dated === null ? undefined : `${view}.${section.dated ?? 'date'}`;
  const having = (section.having ?? [])
    .map((name) => `${view}.${name}`)
    .filter((member) => asker.knows(member));
  const order = (section.order ?? [])
    .map(([name, way]) => [`${view}.${name}`, way] as const)
    .filter(([member]) => measures.includes(member) || dimensions.includes(member));
  const { from, to } = spanOf(section, period);
  const time = date !== undefined && granularity !== undefined ? [`${date}.${granularity}`] : [];
  const query = {
    measures,
    dimensions,
    ...(date !== undefined && {
      timeDimensions: [
        { dimension: date, dateRange: [from, to], ...(granularity !== undefined && { granularity }) },
      ],
    }),
    filters: [
      ...(having.length > 0
        ? [{ or: having.map((member) => ({ member, operator: 'gt', values: ['0'] })) }]
        : []),
      ...(section.filters ?? []),
    ],
    order: granularity !== undefined && date !== undefined ? [[date, 'asc']] : order,
    limit: section.limit ?? NO_LIMIT,
  };
  // `members` is for us; Cube refuses keys it does not know.
  return Object.defineProperty(query, 'members', {
    value: [...time, ...dimensions, ...measures],
    enumerable: false,
  }) as unknown as AskedQuery;
}

function spanOf({ granularity, back, isSinceMonth }: Section, { from, to }: Span): Span {
  if (isSinceMonth === true) return { from: `${to.slice(0, 7)}-01`, to };
  if (back === undefined) return { from, to };
  const unit = granularity ?? 'day';
  const start = DateTime.fromISO(to, { zone: 'utc' })
    .startOf(unit)
    .minus({ [`${unit}s`]: back - 1 });
  return { from: start.toISODate()!, to };
}

function columnsOf(
  section: Section,
  members: readonly string[],
  annotation: Annotation,
  language: Language,
): Column[] {
  const narrow = section.inMail ?? Number.POSITIVE_INFINITY;
  let measures = 0;
  return members.flatMap((key) => {
    const known = annotation[key];
    if (!known) return [];
    const isMeasure = section.measures.some((name) => key === `${section.view}.${name}`);
    if (isMeasure) measures += 1;
    return [
      {
        key,
        title: titleOf(known, language),
        annotation: known,
        // The step's number is for the order, the team is known to whoever gets the mail.
        isWide: (isMeasure && measures > narrow) || /\.(step_no|team)$/.test(key),
      },
    ];
  });
}

/** The title where no page around it says what it is about. */
export function fullTitleOf(annotation: Annotation[string], language: Language): string {
  const title = titleOf(annotation, language);
  return FULL_TITLES[language][title] ?? title;
}

export function titleOf({ shortTitle, meta }: Annotation[string], language: Language): string {
  const russian = meta?.['title_ru'];
  return language === 'ru' && typeof russian === 'string' ? russian : shortTitle;
}

/** What the marts write where the lead's source was left empty. */
export const UNKNOWN_SOURCE = 'unknown';

/** Words of the model's own that people should not meet: the names of steps, and of what is not there. */
function spoken(key: string, cell: Cell, language: Language): Cell {
  if (cell === UNKNOWN_SOURCE && key.endsWith('.source')) return WORDS[language].none;
  if (typeof cell === 'string' && /\.(step|lost_from_step)$/.test(key))
    return STEP_TITLES[language][cell] ?? cell;
  return cell;
}

/** The sum over all rows, as the view gives it (a sum of rates is none), and the average over the managers where the view has one. */
async function footerOf(
  section: Section,
  measures: readonly string[],
  columns: readonly Column[],
  context: SectionContext,
): Promise<(readonly Cell[])[]> {
  const { asker, language } = context;
  const averages = measures.map((member) => `${member}_team_average`).filter((member) => asker.knows(member));
  const query = queryOf({ ...section, having: [], limit: 1 }, [...measures], [], context);
  const row = (await asker.ask(query)).rows[0] ?? {};
  const footer = [lineOf(columns, WORDS[language].total, (key) => row[key] ?? null)];
  const team = `${section.view}.team`;
  if (averages.length === 0 || !asker.knows(team)) return footer;
  const byTeam = await asker.ask(queryOf({ ...section, having: [] }, averages, [team], context));
  for (const line of byTeam.rows) {
    const values = columns.map(({ key }) => line[`${key}_team_average`] ?? null);
    if (values.every((value) => value === null || Number(value) === 0)) continue;
    const name = `${WORDS[language].average}${line[team] === null ? '' : `: ${String(line[team])}`}`;
    footer.push(lineOf(columns, name, (key) => line[`${key}_team_average`] ?? null));
  }
  return footer;
}

const lineOf = (columns: readonly Column[], name: string, value: (key: string) => Cell): Cell[] =>
  columns.map(({ key }, index) => (index === 0 ? name : value(key)));

function chartOf(
  { chart, title, view, granularity }: Section,
  columns: readonly Column[],
  rows: QueryResult['rows'],
  language: Language,
): Chart | undefined {
  const series = columns.filter(({ key }) => chart?.measures.some((name) => key === `${view}.${name}`));
  // The first column that people read as a name.
  const label = columns.find(({ key, isWide }) => isWide !== true && !series.some((one) => one.key === key));
  if (!chart || !label || series.length === 0 || rows.length === 0) return undefined;
  const shown = granularity === undefined ? rows.slice(0, MOST_POINTS) : rows.slice(-MOST_POINTS);
  return {
    title: `${title[language]}: ${series.map((one) => one.title).join(', ')}`,
    kind: chart.kind,
    labels: shown.map((row) =>
      shortLabel(spoken(label.key, row[label.key] ?? null, language), granularity, language),
    ),
    series: series.map(({ key, title: name }) => ({
      name,
      values: shown.map((row) => (row[key] === null || row[key] === undefined ? null : Number(row[key]))),
    })),
  };
}

function shortLabel(cell: Cell, granularity: Section['granularity'], language: Language): string {
  if (cell === null) return WORDS[language].none;
  if (granularity === undefined) return String(cell);
  const date = DateTime.fromISO(String(cell), { zone: 'utc', locale: language });
  return granularity === 'month' ? date.toFormat('LLL yy') : date.toFormat('dd.MM');
}
