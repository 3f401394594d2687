import type { Language } from './document.ts';

/** The words of reports and alerts that no KPI brings along. */
export const WORDS = {
  en: {
    empty: 'Nothing in this period.',
    total: 'Total',
    average: 'Team average',
    changed: 'What changed most',
    vs: 'before',
    late: 'Sent late: it was due at',
    made: 'Made',
    open: 'Open in the dashboard',
    nothing_changed: 'Nothing changed more than it does from chance.',
    none: 'not given',
    nobody: 'No manager',
    alerts: 'Open alerts',
    more: 'more',
    own: 'You',
    norm: 'Norm',
    metric: 'KPI',
    numbers: 'Your numbers',
    page: 'Page',
  },
  ru: {
    empty: 'За этот период ничего нет.',
    total: 'Всего',
    average: 'В среднем по отделу',
    changed: 'Что изменилось сильнее всего',
    vs: 'было',
    late: 'Отправлено с опозданием: срок был',
    made: 'Составлено',
    open: 'Открыть в дашборде',
    nothing_changed: 'Изменений сверх обычных колебаний нет.',
    none: 'не указано',
    nobody: 'Без менеджера',
    alerts: 'Открытые сигналы',
    more: 'ещё',
    own: 'Вы',
    norm: 'Норма',
    metric: 'Показатель',
    numbers: 'Ваши показатели',
    page: 'Страница',
  },
} as const satisfies Record<Language, Record<string, string>>;

export type Word = keyof (typeof WORDS)['en'];

/** Short titles that say what they are only on the page of their view: outside it the noun is needed. */
export const FULL_TITLES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {},
  ru: {
    Состоявшиеся: 'Состоявшиеся звонки',
    Пропущенные: 'Пропущенные звонки',
    Потерянные: 'Потерянные звонки',
  },
};

/** Steps of the funnel as people name them. */
export const STEP_TITLES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: {
    incoming: 'Incoming',
    new: 'New',
    contacted: 'Contacted',
    qualified: 'Qualified',
    proposal: 'Proposal',
    meeting: 'Meeting',
    objection: 'Objection',
    agreement: 'Agreement',
    won: 'Won',
    lost: 'Lost',
  },
  ru: {
    incoming: 'Неразобранное',
    new: 'Новая',
    contacted: 'Контакт',
    qualified: 'Квалификация',
    proposal: 'КП',
    meeting: 'Встреча',
    objection: 'Возражения',
    agreement: 'Согласование',
    won: 'Выиграна',
    lost: 'Проиграна',
  },
};
