import { LOCALES, type Language, type Words } from './language.ts';

/** Values of dimensions that are voronka's own ids, as people say them. Names from the CRM stay as they are. */
const VALUES: Readonly<Record<string, Words>> = {
  incoming: { en: 'Incoming', ru: 'Неразобранное' },
  new: { en: 'New', ru: 'Новый' },
  contacted: { en: 'Contacted', ru: 'Контакт' },
  qualified: { en: 'Qualified', ru: 'Квалифицирован' },
  proposal: { en: 'Proposal', ru: 'КП' },
  meeting: { en: 'Meeting', ru: 'Встреча' },
  objection: { en: 'Objections', ru: 'Возражения' },
  agreement: { en: 'Agreement', ru: 'Договор' },
  won: { en: 'Won', ru: 'Продажа' },
  lost: { en: 'Lost', ru: 'Отказ' },
  open: { en: 'Open', ru: 'Открыта' },
  created: { en: 'Created', ru: 'Создана' },
  reached: { en: 'Reached', ru: 'Дошла' },
  reopened: { en: 'Reopened', ru: 'Возвращена' },
  deleted: { en: 'Deleted', ru: 'Удалена' },
  in: { en: 'Incoming', ru: 'Входящий' },
  out: { en: 'Outgoing', ru: 'Исходящий' },
  internal: { en: 'Internal', ru: 'Внутренний' },
  answered: { en: 'Answered', ru: 'Состоялся' },
  missed: { en: 'Missed', ru: 'Пропущен' },
  no_answer: { en: 'No answer', ru: 'Нет ответа' },
  busy: { en: 'Busy', ru: 'Занято' },
  failed: { en: 'Failed', ru: 'Сбой' },
  voicemail: { en: 'Voicemail', ru: 'Автоответчик' },
  held: { en: 'Held', ru: 'Состоялась' },
  planned: { en: 'Planned', ru: 'Запланирована' },
  cancelled: { en: 'Cancelled', ru: 'Отменена' },
  unconfirmed: { en: 'Unconfirmed', ru: 'Не подтверждена' },
  presentation: { en: 'Presentation', ru: 'Презентация' },
  call_review: { en: 'Call review', ru: 'Оценка звонка' },
  survey: { en: 'Survey', ru: 'Опрос' },
  training: { en: 'Training', ru: 'Обучение' },
  calls: { en: 'Calls', ru: 'Звонки' },
  proposals: { en: 'Proposals', ru: 'КП' },
  actions: { en: 'Actions in the CRM', ru: 'Действия в CRM' },
  activity_drop: { en: 'Activity fell', ru: 'Активность упала' },
  first_response_breach: { en: 'Lead waits for its first answer', ru: 'Лид ждёт первого ответа' },
  missed_unreturned: { en: 'Missed call not returned', ru: 'Пропущенный без перезвона' },
  stage_overdue: { en: 'Overdue in its stage', ru: 'Просрочка на этапе' },
  no_next_task: { en: 'No next task', ru: 'Нет следующей задачи' },
  plan_behind: { en: 'Behind the plan', ru: 'Отставание от плана' },
  disqualified_spike: { en: 'Many disqualified', ru: 'Всплеск нецелевых' },
  conversion_drop: { en: 'Conversion fell', ru: 'Конверсия упала' },
  big_deal_lost: { en: 'Large deal lost', ru: 'Потеряна крупная сделка' },
  deal_deleted: { en: 'Deal deleted', ru: 'Сделка удалена' },
  source_stale: { en: 'Source is silent', ru: 'Источник молчит' },
  person: { en: 'Person', ru: 'Человек' },
  company: { en: 'Company', ru: 'Компания' },
  contact: { en: 'Contact', ru: 'Контакт' },
  unknown: { en: 'Not set', ru: 'Не указано' },
  true: { en: 'yes', ru: 'да' },
  false: { en: 'no', ru: 'нет' },
};

/** Dimensions whose values may be looked up above; a loss reason called "new" is the customer's own word. */
const OWN = new Set([
  'step',
  'lost_from_step',
  'event',
  'outcome',
  'direction',
  'state',
  'kind',
  'exit',
  'client_kind',
  'source',
  'is_stale',
  'is_skipped',
  'ring_result',
  'rule',
  'indicator',
  'is_open',
]);

/** ISO weekdays, 1 is Monday. */
const WEEKDAYS: Readonly<Record<Language, readonly string[]>> = {
  en: ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'],
  ru: ['пн', 'вт', 'ср', 'чт', 'пт', 'сб', 'вс'],
};

export const weekdayName = (iso: number, language: Language): string =>
  WEEKDAYS[language][iso - 1] ?? String(iso);

const months = new Map<Language, Intl.DateTimeFormat>();

/** Made when first needed: the formats of one language take a browser longer than a page has time for. */
function monthFormat(language: Language): Intl.DateTimeFormat {
  const known = months.get(language);
  if (known) return known;
  const made = new Intl.DateTimeFormat(LOCALES[language], {
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  months.set(language, made);
  return made;
}

/** `2026-11-01`, the first day of a month, to `Nov 2026`. */
const monthName = (day: string, language: Language): string =>
  monthFormat(language).format(new Date(`${day.slice(0, 10)}T00:00:00Z`));

/** What the marts call pipelines and stages that the CRM does not tell of; 0 stands for those of a deal of which nothing was ever seen. */
const UNTOLD = /^Unknown (?:pipeline|stage) (\d+)$/;
const UNTOLD_NAMES: Readonly<Record<string, (id: string) => Words>> = {
  pipeline: (id) =>
    id === '0'
      ? { en: 'Not known', ru: 'Неизвестна' }
      : { en: `Unknown pipeline ${id}`, ru: `Неизвестная воронка ${id}` },
  stage: (id) =>
    id === '0'
      ? { en: 'Deleted before it was seen', ru: 'Удалена до первой загрузки' }
      : { en: `Unknown stage ${id}`, ru: `Неизвестный этап ${id}` },
};

export function valueName(dimensionId: string, value: string, language: Language): string {
  if (dimensionId === 'weekday') return weekdayName(Number(value), language);
  if (dimensionId === 'month') return monthName(value, language);
  const untold = UNTOLD_NAMES[dimensionId] && UNTOLD.exec(value)?.[1];
  if (untold !== undefined) return UNTOLD_NAMES[dimensionId]!(untold)[language];
  return OWN.has(dimensionId) ? (VALUES[value]?.[language] ?? value) : value;
}
