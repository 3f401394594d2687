import type { Row } from '../../cube/query.ts';
import type { Asker } from '../reports/asker.ts';
import type { Span } from '../reports/period.ts';
import type { WorkingDays } from '../reports/working-days.ts';
import type { RuleName, RuleSettings } from './settings.ts';

/** One row behind an alert: a deal, a call, a day. */
export interface Evidence {
  readonly id: string;
  readonly title: string;
  readonly value?: number | undefined;
  readonly url?: string | undefined;
}

/** What a rule found wrong, of one subject. */
export interface Finding {
  /** Stays the same as long as the trouble does: it is raised once and cleared when it is found no more. */
  readonly subject: string;
  readonly subjectTitle: string;
  readonly managerId: string | null;
  readonly manager: string | null;
  readonly teamId: string | null;
  readonly team: string | null;
  readonly value: number;
  readonly norm: number;
  readonly unit: 'share' | 'count' | 'money' | 'hours';
  /** The gravest first. */
  readonly evidence: readonly Evidence[];
}

export interface LoadContext {
  readonly asker: Asker;
  readonly days: WorkingDays;
  /** Days the rule is to judge. It loads what it needs of the days before by itself. */
  readonly span: Span;
  /** Live, or over months that are over. */
  readonly isBackTest: boolean;
}

export interface Moment {
  readonly now: Date;
  /** The account's day of `now`. */
  readonly day: string;
  readonly days: WorkingDays;
  /** Business seconds within which a new lead is to be contacted. */
  readonly firstContactNorm: number;
}

/**
 * A rule asks once for a span of days and then judges a moment of it from what it got, so that the same words judge now and, in the
 * back-test, each day of the past.
 */
export interface Rule<Name extends RuleName = RuleName, Data = unknown> {
  readonly name: Name;
  /** Members without which there is nothing to judge. */
  readonly needs: readonly string[];
  load(context: LoadContext, settings: RuleSettings[Name]): Promise<Data>;
  judge(data: Data, moment: Moment, settings: RuleSettings[Name]): Finding[];
  /** Why the past cannot be judged, where it cannot. */
  readonly notBackTested?: string;
}

export type Who = Pick<Finding, 'managerId' | 'manager' | 'teamId' | 'team'>;

export const WHO = ['manager_id', 'manager', 'team_id', 'team'] as const;
export const NOBODY: Who = { managerId: null, manager: null, teamId: null, team: null };

/** Members of a view by their short names. */
export const membersOf = (view: string, names: readonly string[]): string[] =>
  names.map((name) => `${view}.${name}`);

export function whoOf(row: Row, view: string): Who {
  const text = (name: string): string | null => {
    const cell = row[`${view}.${name}`];
    return typeof cell === 'string' ? cell : null;
  };
  return {
    managerId: text('manager_id'),
    manager: text('manager'),
    teamId: text('team_id'),
    team: text('team'),
  };
}

export const numberOf = (row: Row, member: string): number => Number(row[member] ?? 0);
export const textOf = (row: Row, member: string): string => String(row[member] ?? '');
/** The day of a time dimension asked for by day. */
export const dayOf = (row: Row, member: string): string => textOf(row, `${member}.day`).slice(0, 10);

/** Rows by what `key` says of them, in the order they came. */
export function groupBy<T>(rows: readonly T[], key: (row: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const row of rows) {
    const group = groups.get(key(row));
    if (group) group.push(row);
    else groups.set(key(row), [row]);
  }
  return groups;
}

/** `YYYY-MM-DD` so many calendar days from `day`. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * 86_400_000).toISOString().slice(0, 10);
}

export const MOST_ROWS = 50_000;
