import type { Language } from '../reports/document.ts';
import { STEP_TITLES } from '../reports/words.ts';
import type { Alert } from './alert.ts';
import type { RuleName } from './settings.ts';

type Described = Pick<
  Alert,
  'rule' | 'subjectTitle' | 'manager' | 'team' | 'value' | 'norm' | 'unit' | 'evidence' | 'evidenceCount'
>;

const TITLES: Readonly<Record<Language, Readonly<Record<RuleName, string>>>> = {
  en: {
    activity_drop: 'Activity fell against the usual',
    first_response_breach: 'New leads wait longer than the norm',
    missed_unreturned: 'Missed calls that nobody returned',
    stage_overdue: 'Deals past the limit of their stage',
    no_next_task: 'Open deals without a task',
    plan_behind: 'The plan is out of reach at this pace',
    disqualified_spike: 'Many more leads are disqualified than usual',
    conversion_drop: 'Fewer deals go on from this step than usual',
    big_deal_lost: 'A large deal was lost',
    deal_deleted: 'Deals were deleted in the CRM',
    source_stale: 'A source is silent',
  },
  ru: {
    activity_drop: 'Активность ниже обычной',
    first_response_breach: 'Новые лиды ждут дольше нормы',
    missed_unreturned: 'На пропущенные звонки не перезвонили',
    stage_overdue: 'Сделки дольше срока этапа',
    no_next_task: 'Открытые сделки без задач',
    plan_behind: 'План под угрозой при таком темпе',
    disqualified_spike: 'Нецелевых лидов намного больше обычного',
    conversion_drop: 'С этапа дальше проходит меньше сделок, чем обычно',
    big_deal_lost: 'Потеряна крупная сделка',
    deal_deleted: 'В CRM удалены сделки',
    source_stale: 'Источник молчит',
  },
};

/** Rows a message has room for. */
const ROWS = 5;

export const ruleTitle = (rule: RuleName, language: Language): string => TITLES[language][rule];

/** The alert in a line: what, whose, the number and what it is held against. */
export function describeAlert(alert: Described, language: Language): string {
  const { rule, manager, team, subjectTitle, value, norm, unit } = alert;
  const subject =
    STEP_TITLES[language][subjectTitle] ?? (subjectTitle === 'calls' ? CALLS[language] : subjectTitle);
  const names = [manager ?? team, subject === manager ? '' : subject].filter((name) => name);
  const number = (count: number): string => numberText(count, unit, language);
  const held = unit === 'count' ? HELD_COUNT[language] : HELD[language];
  const about = names.length > 0 ? `: ${names.join(', ')}` : '';
  return `${TITLES[language][rule]}${about} — ${number(value)} (${held} ${number(norm)})`;
}

/** The rows behind it, each a line. */
export function describeEvidence({ evidence, evidenceCount }: Described, language: Language): string[] {
  const lines = evidence.slice(0, ROWS).map(({ title, value, url }) => {
    const number = value === undefined ? '' : `: ${new Intl.NumberFormat(TAGS[language]).format(value)}`;
    return `${title}${number}${url === undefined ? '' : ` ${url}`}`;
  });
  const rest = evidenceCount - lines.length;
  return rest > 0 ? [...lines, `+ ${rest} ${language === 'ru' ? 'ещё' : 'more'}`] : lines;
}

const TAGS = { en: 'en-US', ru: 'ru-RU' } as const;
const HELD = { en: 'norm', ru: 'норма' } as const;
const HELD_COUNT = { en: 'up to', ru: 'допустимо до' } as const;
const CALLS = { en: 'calls', ru: 'звонки' } as const;

function numberText(value: number, unit: Described['unit'], language: Language): string {
  const format = (options: Intl.NumberFormatOptions): string =>
    new Intl.NumberFormat(TAGS[language], options).format(value);
  switch (unit) {
    case 'share':
      return format({ style: 'percent', maximumFractionDigits: 0 });
    case 'hours':
      return `${format({ maximumFractionDigits: 1 })} ${language === 'ru' ? 'ч' : 'h'}`;
    case 'money':
      return format({ maximumFractionDigits: 0 });
    case 'count':
      return format({ maximumFractionDigits: 1 });
  }
}
