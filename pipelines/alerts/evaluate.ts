import { DateTime } from 'luxon';
import type { Asker } from '../reports/asker.ts';
import type { WorkingDays } from '../reports/working-days.ts';
import type { Finding, Moment } from './rule.ts';
import { RULES } from './rules/index.ts';
import type { RuleName, RuleSettings } from './settings.ts';

export interface Judgement {
  readonly rule: RuleName;
  readonly findings: readonly Finding[];
}

export interface Evaluation {
  readonly judgements: readonly Judgement[];
  /** Rules that could not be judged, with the reason: what they raised before stays as it is. */
  readonly failed: readonly { readonly rule: RuleName; readonly reason: string }[];
}

export interface EvaluationRequest {
  readonly asker: Asker;
  readonly days: WorkingDays;
  readonly rules: RuleSettings;
  readonly firstContactNorm: number;
  readonly now: Date;
}

/** Judges every rule that is on, as of `now`. A rule that fails takes no other with it. */
export async function evaluateRules(request: EvaluationRequest): Promise<Evaluation> {
  const { asker, days, rules, now } = request;
  const day = DateTime.fromJSDate(now, { zone: days.timeZone }).toISODate()!;
  const moment: Moment = { now, day, days, firstContactNorm: request.firstContactNorm };
  const judgements: Judgement[] = [];
  const failed: { rule: RuleName; reason: string }[] = [];
  for (const rule of RULES) {
    const settings = rules[rule.name];
    if (!settings.enabled || !rule.needs.every((member) => asker.knows(member))) continue;
    try {
      const data = await rule.load(
        { asker, days, span: { from: day, to: day }, isBackTest: false },
        settings,
      );
      judgements.push({ rule: rule.name, findings: rule.judge(data, moment, settings) });
    } catch (error) {
      failed.push({ rule: rule.name, reason: error instanceof Error ? error.message : String(error) });
    }
  }
  return { judgements, failed };
}
