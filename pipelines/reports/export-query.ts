import type { QueryResult } from '../../cube/query.ts';
import type { Asker } from './asker.ts';
import { titleOf } from './ask-section.ts';
import type { Language, ReportDocument, Table } from './document.ts';
import { customPeriod } from './period.ts';
import { WORDS } from './words.ts';

export interface ExportRequest {
  readonly asker: Asker;
  /** A query of Cube's REST API. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly title: string;
  readonly language: Language;
  readonly account: { readonly name: string; readonly timeZone: string; readonly currency: string };
  readonly madeAt: Date;
}

/** What any query answers, as a document of one table: a table of the dashboard, saved as a file. Throws what `runQuery` throws. */
export async function exportQuery(request: ExportRequest): Promise<ReportDocument> {
  const { asker, query, title, language, account, madeAt } = request;
  const result = await asker.ask(query);
  return {
    name: 'export',
    title,
    account: account.name,
    language,
    currency: account.currency,
    period: customPeriod(spanOf(query) ?? { from: dayOf(madeAt), to: dayOf(madeAt) }),
    madeAt,
    timeZone: account.timeZone,
    tiles: [],
    sentences: [],
    charts: [],
    tables: [tableOf(result, title, language)],
  };
}

function tableOf({ rows, annotation }: QueryResult, title: string, language: Language): Table {
  const asked = Object.keys(annotation);
  // A time dimension comes under two names; the one with the granularity is kept.
  const keys = asked.filter((key) => !asked.some((other) => other.startsWith(`${key}.`)));
  return {
    title,
    columns: keys.map((key) => ({
      key,
      title: titleOf(annotation[key]!, language),
      annotation: annotation[key]!,
    })),
    rows: rows.map((row) => keys.map((key) => row[key] ?? null)),
    empty: WORDS[language].empty,
  };
}

const dayOf = (moment: Date): string => moment.toISOString().slice(0, 10);

function spanOf({ timeDimensions }: ExportRequest['query']): { from: string; to: string } | undefined {
  const [first] = Array.isArray(timeDimensions) ? (timeDimensions as { dateRange?: unknown }[]) : [];
  const range = first?.dateRange;
  if (!Array.isArray(range) || range.length !== 2) return undefined;
  const [from, to] = range.map((day) => String(day).slice(0, 10));
  return /^\d{4}-\d\d-\d\d$/.test(from ?? '') && /^\d{4}-\d\d-\d\d$/.test(to ?? '')
    ? { from: from!, to: to! }
    : undefined;
}
