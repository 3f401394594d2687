import { DateTime } from 'luxon';
import type { Asker } from '../reports/asker.ts';
import { momentOf } from '../reports/editions.ts';
import type { Span } from '../reports/period.ts';
import type { WorkingDays } from '../reports/working-days.ts';
import type { Finding, Rule } from './rule.ts';
import { RULES } from './rules/index.ts';
import { salesDrops, type SalesDrops } from './sales-drops.ts';
import type { RuleName, RuleSettings } from './settings.ts';

/** When a day is judged; a telephone's silence is looked for in each of these hours. */
const EVENING = '20:00';
const HOURS = ['10:30', '11:30', '12:30', '13:30', '14:30', '15:30', '16:30', '17:30'];

/** An alert as it would have been. */
export interface PastAlert extends Finding {
  readonly rule: RuleName;
  readonly raisedOn: string;
  /** Null: open at the end of the span. */
  readonly clearedOn: string | null;
  /** Days from the alert to the next drop in sales of whom it names, in the weeks after it; null when there was none. */
  readonly daysToDrop: number | null;
}

export interface RuleReport {
  readonly rule: RuleName;
  /** Why it was not tested. */
  readonly reason?: string;
  readonly raised: number;
  readonly raisedPerWeek: number;
  /** Alerts that came before a drop in sales. */
  readonly beforeDrop: number;
  /** What share of any days a drop follows: what an alert that knows nothing would have. */
  readonly byChance: number;
  readonly medianDaysBefore: number | null;
}

export interface BackTestReport {
  readonly span: Span;
  readonly rules: readonly RuleReport[];
  readonly alerts: readonly PastAlert[];
}

export interface BackTestRequest {
  readonly asker: Asker;
  readonly days: WorkingDays;
  readonly rules: RuleSettings;
  readonly firstContactNorm: number;
  readonly span: Span;
}

/**
 * Runs the rules over days that are past, as they would have been judged on the evening of each. Numbers are those Cube has today: a deal
 * that was moved by hand afterwards is judged as it is now.
 */
export async function backTest(request: BackTestRequest): Promise<BackTestReport> {
  const { asker, days, rules, span } = request;
  const drops = await salesDrops(asker, span);
  const alerts: PastAlert[] = [];
  const reports: RuleReport[] = [];
  const weeks = Math.max(1, (Date.parse(span.to) - Date.parse(span.from)) / (7 * 86_400_000));
  const loaded = new Map<RuleName, unknown>();
  // Everything is asked before anything is judged, which takes a while and lets go of no connection.
  for (const rule of RULES) {
    const settings = rules[rule.name];
    if (whyNot(rule, asker, rules) === undefined)
      loaded.set(rule.name, await rule.load({ asker, days, span, isBackTest: true }, settings));
  }
  for (const rule of RULES) {
    const settings = rules[rule.name];
    const reason = whyNot(rule, asker, rules);
    if (reason !== undefined) {
      reports.push({ ...NOTHING, rule: rule.name, reason });
      continue;
    }
    const data = loaded.get(rule.name);
    const judge = (day: string, clock: string): Finding[] =>
      rule.judge(
        data,
        { now: momentOf(day, clock, days.timeZone), day, days, firstContactNorm: request.firstContactNorm },
        settings,
      );
    const past = liveThrough(rule.name, days.between(span.from, span.to), judge, drops);
    alerts.push(...past);
    reports.push(reportOf(rule.name, past, weeks, drops));
  }
  return { span, rules: reports, alerts };
}

function whyNot(rule: Rule, asker: Asker, rules: RuleSettings): string | undefined {
  if (!rules[rule.name].enabled) return 'is off';
  if (!rule.needs.every((member) => asker.knows(member))) return 'the model lacks what it needs';
  return rule.notBackTested;
}

/** Raised when found first, cleared when found no more, as ops.alerts would have had it. */
function liveThrough(
  rule: RuleName,
  days: readonly string[],
  judge: (day: string, clock: string) => Finding[],
  drops: SalesDrops,
): PastAlert[] {
  const open = new Map<string, { finding: Finding; raisedOn: string }>();
  const past: PastAlert[] = [];
  const close = (subject: string, clearedOn: string | null): void => {
    const { finding, raisedOn } = open.get(subject)!;
    open.delete(subject);
    past.push({ ...finding, rule, raisedOn, clearedOn, daysToDrop: drops.daysToDrop(finding, raisedOn) });
  };
  for (const day of days) {
    for (const clock of rule === 'source_stale' ? HOURS : [EVENING]) {
      const found = judge(day, clock);
      const subjects = new Set(found.map(({ subject }) => subject));
      for (const subject of [...open.keys()]) if (!subjects.has(subject)) close(subject, day);
      for (const finding of found) {
        if (!open.has(finding.subject)) open.set(finding.subject, { finding, raisedOn: day });
      }
    }
  }
  for (const subject of [...open.keys()]) close(subject, null);
  return past.sort((left, right) => left.raisedOn.localeCompare(right.raisedOn));
}

const NOTHING = { raised: 0, raisedPerWeek: 0, beforeDrop: 0, byChance: 0, medianDaysBefore: null };

function reportOf(
  rule: RuleName,
  alerts: readonly PastAlert[],
  weeks: number,
  drops: SalesDrops,
): RuleReport {
  const before = alerts
    .flatMap(({ daysToDrop }) => (daysToDrop === null ? [] : [daysToDrop]))
    .sort((a, b) => a - b);
  return {
    rule,
    raised: alerts.length,
    raisedPerWeek: Math.round((alerts.length / weeks) * 10) / 10,
    beforeDrop: before.length,
    byChance: drops.byChance(alerts),
    medianDaysBefore: before[Math.floor(before.length / 2)] ?? null,
  };
}

/** The last months up to yesterday. */
export function pastMonths(now: Date, months: number, timeZone: string): Span {
  const today = DateTime.fromJSDate(now, { zone: timeZone }).startOf('day');
  return { from: today.minus({ months }).toISODate()!, to: today.minus({ days: 1 }).toISODate()! };
}
