import type { Asker } from './asker.ts';
import { askSection, type SectionContext } from './ask-section.ts';
import type { Chart, Language, ReportDocument, Table, Tile } from './document.ts';
import { explainChanges } from './explain.ts';
import { ownNumbers } from './own-numbers.ts';
import type { Period } from './period.ts';
import type { ReportSpec } from './section.ts';

export interface ReportRequest {
  readonly spec: ReportSpec;
  readonly asker: Asker;
  readonly period: Period;
  readonly language: Language;
  readonly account: { readonly name: string; readonly timeZone: string; readonly currency: string };
  readonly dashboardUrl?: string | undefined;
  readonly madeAt: Date;
  /** When it was due, if it comes late. */
  readonly lateFor?: Date | undefined;
}

/** Asks for all of a report with the rights of one reader: what they may not see is neither in it nor counted in it. */
export async function makeReport(request: ReportRequest): Promise<ReportDocument> {
  const { spec, asker, period, language, account } = request;
  const linkTo = (page: string): string | undefined => dashboardLink(request, page);
  const context: SectionContext = { asker, period, language, linkTo };
  const tables: Table[] = [];
  const charts: Chart[] = [];
  const own = spec.name === 'personal' ? await ownNumbers(context) : undefined;
  if (own) tables.push(own);
  for (const section of spec.sections) {
    const made = await askSection(section, context);
    if (made?.table) tables.push(made.table);
    if (made?.chart) charts.push(made.chart);
  }
  const link = linkTo(spec.page);
  return {
    name: spec.name,
    title: spec.title[language],
    account: account.name,
    language,
    currency: account.currency,
    period,
    madeAt: request.madeAt,
    timeZone: account.timeZone,
    ...(request.lateFor && { lateFor: request.lateFor }),
    tiles: await tilesOf(spec, asker, period),
    sentences: spec.explains === true ? await explainChanges(asker, period, language) : [],
    charts,
    tables,
    ...(link !== undefined && { link }),
  };
}

async function tilesOf(spec: ReportSpec, asker: Asker, period: Period): Promise<Tile[]> {
  const tiles: Tile[] = [];
  const views = new Set(spec.tiles.map((member) => member.split('.')[0]!));
  const found = new Map<string, Tile>();
  for (const view of views) {
    const measures = spec.tiles.filter((member) => member.startsWith(`${view}.`) && asker.knows(member));
    if (measures.length === 0) continue;
    const [now, before] = await Promise.all(
      [period, period.previous].map(({ from, to }) =>
        asker.ask({ measures, timeDimensions: [{ dimension: `${view}.date`, dateRange: [from, to] }] }),
      ),
    );
    for (const member of measures) {
      const annotation = now?.annotation[member];
      if (!annotation) continue;
      const value = now.rows[0]?.[member] ?? null;
      found.set(member, { key: member, annotation, value, previous: before?.rows[0]?.[member] ?? null });
    }
  }
  for (const member of spec.tiles) if (found.has(member)) tiles.push(found.get(member)!);
  return tiles;
}

/** The page of the dashboard with the same period and, for a head, the same teams. */
function dashboardLink({ dashboardUrl, period, asker }: ReportRequest, page: string): string | undefined {
  if (dashboardUrl === undefined) return undefined;
  const query = new URLSearchParams({ period: 'custom', from: period.from, to: period.to });
  if (asker.context.role === 'head') for (const team of asker.context.teams) query.append('team', team);
  return `${dashboardUrl.replace(/\/$/, '')}/${page === 'overview' ? '' : page}?${query.toString()}`;
}
