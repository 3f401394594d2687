import type { WholeWay } from '../../harness/whole-way.ts';
import { LEVELS, reduce, type Fact, type Kpi, type Level } from './kpis/kpi.ts';
import { grouped } from './story/grouped.ts';
import type { Story } from './story/story.ts';

export interface Outcome {
  readonly equal: number;
  readonly differences: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

interface Answer {
  readonly rows: readonly Row[];
  /** When it was asked for, in seconds since the epoch. */
  readonly at: number;
}

/** Asks for all KPIs of a view and level at once, and once. */
export class Asked {
  private readonly way: WholeWay;
  private readonly kpis: readonly Kpi[];
  private readonly answers = new Map<string, Promise<Answer>>();

  constructor(way: WholeWay, kpis: readonly Kpi[]) {
    this.way = way;
    this.kpis = kpis;
  }

  answer(kpi: Kpi, level: Level): Promise<Answer> {
    const view = viewOf(kpi);
    const key = JSON.stringify([view, level, kpi.by]);
    let answer = this.answers.get(key);
    if (answer === undefined) {
      const together = this.kpis.filter(
        (other) => viewOf(other) === view && other.by === kpi.by && (other.levels ?? LEVELS).includes(level),
      );
      const own = {
        total: [],
        month: [],
        manager: ['manager_id'],
        team: ['team_id'],
        'month and manager': ['manager_id'],
      }[level];
      const dimensions = [...own, ...(kpi.by === undefined ? [] : [kpi.by])].map(
        (dimension) => `${view}.${dimension}`,
      );
      const at = Date.now() / 1_000;
      const rows = this.way.ask({
        measures: [...new Set(together.map(({ measure }) => measure))],
        dimensions,
        ...(level.startsWith('month') && {
          timeDimensions: [{ dimension: `${view}.date`, granularity: 'month' }],
        }),
        limit: 50_000,
      });
      answer = rows.then((found) => ({ rows: found, at }));
      this.answers.set(key, answer);
    }
    return answer;
  }
}

/** The API's answer and the oracle's, cell by cell. A cell that one side does not have is one where nothing happened. */
export async function compare(asked: Asked, kpi: Kpi, story: Story): Promise<Outcome> {
  const differences: string[] = [];
  let equal = 0;
  let same: Fact[] | undefined;
  for (const level of kpi.levels ?? LEVELS) {
    const { rows, at } = await asked.answer(kpi, level);
    const answers = new Map(rows.map((row) => [cellOfRow(row, kpi, level), row[kpi.measure]]));
    // Only a stock differs from level to level.
    const facts = kpi.isOfNow
      ? kpi.facts({ ...story, now: at }, level)
      : kpi.facts.length > 1
        ? kpi.facts(story, level)
        : (same ??= [...kpi.facts(story, level)]);
    const cells = grouped(facts, (fact) => cellOfFact(fact, kpi, level, story));
    for (const cell of new Set([...answers.keys(), ...cells.keys()])) {
      if (
        kpi.isSomebodys === true &&
        (kpi.by === undefined ? /(^| )null$/ : /(^| )null null$/).test(cell) &&
        level.endsWith('manager')
      )
        continue;
      const expected = reduce(kpi.as, cells.get(cell) ?? [], kpi.unit);
      // A cell without a row says what an empty one says.
      const answer = answers.has(cell) ? answers.get(cell) : reduce(kpi.as, []);
      const actual = answer === null || answer === undefined ? null : Number(answer);
      if (isSame(actual, expected, kpi.tolerance)) equal += 1;
      else differences.push(`${level} ${cell}: REST ${String(actual)}, oracle ${String(expected)}`);
    }
  }
  return { equal, differences };
}

function viewOf({ measure }: Kpi): string {
  return measure.split('.')[0] ?? '';
}

function cellOfFact({ at, manager, team, by }: Fact, kpi: Kpi, level: Level, story: Story): string {
  const own = {
    total: () => [],
    month: () => [story.monthOf(at)],
    manager: () => [manager],
    team: () => [team === undefined ? story.people.teamOf(manager) : team],
    'month and manager': () => [story.monthOf(at), manager],
  }[level]();
  return [...own, ...(kpi.by === undefined ? [] : [by])].map(String).join(' ');
}

function cellOfRow(row: Row, kpi: Kpi, level: Level): string {
  const view = viewOf(kpi);
  const month = String(row[`${view}.date.month`]).slice(0, 7);
  const own = {
    total: [],
    month: [month],
    manager: [row[`${view}.manager_id`]],
    team: [row[`${view}.team_id`]],
    'month and manager': [month, row[`${view}.manager_id`]],
  }[level];
  return [...own, ...(kpi.by === undefined ? [] : [row[`${view}.${kpi.by}`]])].map(String).join(' ');
}

/** Equal but for the last digits of a double, which depend on the order of adding up. */
function isSame(actual: number | null, expected: number | null, tolerance = 1e-9): boolean {
  if (actual === null || expected === null) return actual === expected;
  return Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected));
}
