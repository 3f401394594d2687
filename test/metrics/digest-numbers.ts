import { expect } from 'vitest';
import { DateTime } from 'luxon';
import type { Cell, Row } from '../../cube/query.ts';
import type { ReportDocument, Table } from '../../pipelines/reports/document.ts';
import { formatCell } from '../../pipelines/reports/render/format.ts';

/** Rows over REST with the token of whoever reads the digest. */
export type Ask = (query: object) => Promise<readonly Row[]>;

interface Asked {
  readonly timeDimensions?: readonly object[];
  readonly filters?: readonly object[];
}

/** Over which days, and of which rows, the numbers of each view of a digest are: said here once more, by hand. */
function periodOf(view: string, { period: { from, to } }: ReportDocument, isOfSteps: boolean): Asked {
  const between = (dimension: string, start: string): Asked => ({
    timeDimensions: [{ dimension, dateRange: [start, to] }],
  });
  const daysBefore = (count: number): string =>
    DateTime.fromISO(to, { zone: 'utc' }).minus({ days: count }).toISODate()!;
  if (view === 'regulation') return {};
  if (view === 'tasks') return between('tasks.date', daysBefore(29));
  if (view === 'funnel' && isOfSteps) return between('funnel.created_at', from);
  if (view === 'leaderboard')
    return {
      ...between('leaderboard.date', `${to.slice(0, 7)}-01`),
      filters: [{ member: 'leaderboard.competition', operator: 'notSet' }],
    };
  return between(`${view}.date`, from);
}

const same = (left: Cell, right: Cell | undefined, what: string): void => {
  if (left === null || right === null || right === undefined) expect(left, what).toBe(right ?? null);
  else if (Number.isNaN(Number(left))) expect(String(left), what).toBe(String(right));
  else expect(Number(left), what).toBeCloseTo(Number(right), 6);
};

/** Compares every number of a digest (tiles, tables, totals, charts, sentences) with REST; answers how many there were. */
export async function numbersEqual(
  report: ReportDocument,
  ask: Ask,
  measures: ReadonlySet<string>,
): Promise<number> {
  let compared = 0;
  const check = (left: Cell, right: Cell | undefined, what: string): void => {
    same(left, right, `${report.name}: ${what}`);
    compared += 1;
  };
  for (const { key, value, previous } of report.tiles) {
    for (const [shown, span] of [
      [value, report.period],
      [previous, report.period.previous],
    ] as const) {
      const timeDimensions = [{ dimension: `${key.split('.')[0]}.date`, dateRange: [span.from, span.to] }];
      check(shown, (await ask({ measures: [key], timeDimensions }))[0]?.[key], `tile ${key}`);
    }
  }
  for (const table of report.tables)
    await (table.rowAnnotations
      ? ownEqual(table, report, ask, check)
      : tableEqual(table, report, ask, measures, check));
  for (const chart of report.charts) {
    const unit = { daily: 'day', weekly: 'week', personal: 'week', monthly: 'month' }[report.name];
    if (!/Sales/.test(chart.title) || unit === undefined) continue;
    const back = unit === 'day' ? 20 : 12;
    const { to } = report.period;
    const from = DateTime.fromISO(to, { zone: 'utc' })
      .startOf(unit as 'day')
      .minus({ [`${unit}s`]: back - 1 });
    const dateRange = [from.toISODate()!, to];
    const rows = await ask({
      measures: ['funnel.won_amount'],
      timeDimensions: [{ dimension: 'funnel.date', granularity: unit, dateRange }],
    });
    const values = chart.series[0]?.values ?? [];
    expect(values).toHaveLength(rows.length);
    rows.forEach((row, place) => check(values[place] ?? null, row['funnel.won_amount'], `chart, ${place}`));
  }
  return compared;
}

/** A name as English digests say it: the marts write "unknown" where a lead's source was left empty. */
const inWords = (dimension: string, cell: Cell): Cell =>
  dimension.endsWith('.source') && cell === 'unknown' ? 'not given' : cell;

type Check = (left: Cell, right: Cell | undefined, what: string) => void;

async function tableEqual(
  table: Table,
  report: ReportDocument,
  ask: Ask,
  measures: ReadonlySet<string>,
  check: Check,
): Promise<void> {
  const keys = table.columns.map(({ key }) => key);
  const view = keys[0]!.split('.')[0]!;
  const numbers = keys.filter((key) => measures.has(key));
  const names = keys.filter((key) => !measures.has(key));
  const asked = periodOf(view, report, keys.includes('funnel.step'));
  const rows = await ask({ measures: numbers, dimensions: names, ...asked, limit: 50_000 });
  // Steps have names of their own in a digest; their numbers are Cube's.
  const told = names.filter((name) => !/\.(step|lost_from_step)$/.test(name));
  const keyOf = (row: readonly Cell[]): string =>
    told.map((name) => String(row[keys.indexOf(name)])).join('|');
  const isTold = new Map<string, Row[]>();
  for (const row of rows) {
    const key = told.map((name) => String(inWords(name, row[name] ?? null))).join('|');
    isTold.set(key, [...(isTold.get(key) ?? []), row]);
  }
  for (const row of table.rows) {
    const answers = isTold.get(keyOf(row)) ?? [];
    const first = (answer: Row): boolean =>
      numbers.every((key) => Math.abs(Number(answer[key] ?? 0) - Number(row[keys.indexOf(key)] ?? 0)) < 1e-6);
    // Told apart by the step alone: one of them must have these very numbers.
    const answer = answers.length === 1 ? answers[0] : answers.find(first);
    expect(answer, `${report.name}, ${table.title}: ${keyOf(row)}`).toBeDefined();
    for (const key of numbers) check(row[keys.indexOf(key)] ?? null, answer?.[key], key);
  }
  const [total] = table.footer ?? [];
  if (!total) return;
  const [answer] = await ask({ measures: numbers, ...asked });
  for (const key of numbers) check(total[keys.indexOf(key)] ?? null, answer?.[key], `total of ${key}`);
}

/** A manager's own numbers, KPI by KPI: found by their titles. */
async function ownEqual(table: Table, report: ReportDocument, ask: Ask, check: Check): Promise<void> {
  const { from, to } = report.period;
  const known = ['leads_new', 'calls_answered', 'talk_time', 'emails_sent', 'meetings_held', 'proposals_sent', 'deals_won', 'won_amount', 'tasks_done', 'tasks_overdue', 'crm_actions', 'activity_index', 'norm_compliance']; // prettier-ignore
  expect(table.rows).toHaveLength(known.length);
  for (const [place, name] of known.entries()) {
    const measures = [`scorecard.${name}`, `scorecard.${name}_team_average`];
    const [answer] = await ask({
      measures,
      timeDimensions: [{ dimension: 'scorecard.date', dateRange: [from, to] }],
    });
    measures.forEach((key, column) => check(table.rows[place]?.[column + 1] ?? null, answer?.[key], key));
  }
}

/** That each sentence's two numbers are the measure's, and the part it names is that large. */
export async function sentencesEqual(
  report: ReportDocument,
  ask: Ask,
  /** Measures a sentence may be about, with their titles. */
  told: ReadonlyMap<string, string>,
): Promise<number> {
  const { period, language } = report;
  let found = 0;
  const rowsOf = (measure: string, span: { from: string; to: string }, dimensions: string[] = []) =>
    ask({
      measures: [measure],
      dimensions,
      timeDimensions: [{ dimension: `${measure.split('.')[0]}.date`, dateRange: [span.from, span.to] }],
    });
  for (const [measure, title] of told) {
    const [now, before] = await Promise.all([rowsOf(measure, period), rowsOf(measure, period.previous)]);
    const value = (rows: readonly Row[]): number => Number(rows[0]?.[measure] ?? 0);
    const annotation = {
      title: '',
      shortTitle: '',
      type: 'number',
      ...(/amount/.test(measure) && { format: 'currency' }),
    };
    const text = (number: number): string => formatCell(number, annotation, language);
    const head = `: ${text(value(now))}, before ${text(value(before))}`;
    const sentence = report.sentences.find(
      (one) => one.split(':')[0]!.toLowerCase().includes(title.toLowerCase()) && one.includes(head),
    );
    if (sentence === undefined) continue;
    found += 1;
    const named = /chiefly: [^«]*«([^»]+)», ([+−])(.+) of /.exec(sentence);
    if (!named) continue;
    const view = measure.split('.')[0];
    const parts: string[] = [];
    for (const by of ['manager', 'source', 'loss_reason', 'line', 'kind', 'hour']) {
      const dimension = `${view}.${by}`;
      const nobody = by === 'manager' ? 'No manager' : 'not given';
      try {
        const [after, earlier] = await Promise.all([
          rowsOf(measure, period, [dimension]),
          rowsOf(measure, period.previous, [dimension]),
        ]);
        const of = (rows: readonly Row[]): number =>
          Number(
            rows.find((row) => (inWords(dimension, row[dimension] ?? null) ?? nobody) === named[1])?.[
              measure
            ] ?? 0,
          );
        const delta = of(after) - of(earlier);
        parts.push(`${delta > 0 ? '+' : '−'}${text(Math.abs(delta))}`);
      } catch {
        // A view without this dimension.
      }
    }
    if (!/lost_from_step|step/i.test(sentence)) expect(parts, sentence).toContain(`${named[2]}${named[3]}`);
  }
  return found;
}
