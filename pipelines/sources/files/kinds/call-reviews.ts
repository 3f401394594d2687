import { dateColumn, numberColumn, textColumn } from '../column.ts';
import type { FileKind } from '../kind.ts';

export const callReviews: FileKind = {
  name: 'call_reviews',
  title: 'Call reviews',
  description: 'Checklists of listened calls: one row per call and item.',
  words: [
    'оценка звонков',
    'оценки звонков',
    'чек-листы',
    'чек-лист',
    'прослушка',
    'call reviews',
    'call review',
    'reviews',
  ],
  key: ['call_id', 'date', 'manager', 'reviewer', 'item'],
  check: (row) =>
    Number(row['score']) <= Number(row['max_score'] ?? 1)
      ? undefined
      : {
          column: 'score',
          reason: `is more than the most points of the item, ${Number(row['max_score'] ?? 1)}`,
        },
  columns: [
    dateColumn('date', {
      title: 'Дата',
      headers: ['Дата звонка', 'Call date'],
      description: 'When the call was.',
      example: '2026-01-31',
      required: true,
    }),
    textColumn('manager', {
      title: 'Менеджер',
      headers: ['Сотрудник', 'ФИО'],
      description: 'Who made the call: e-mail, name or CRM id.',
      example: 'anna@company.ru',
      required: true,
    }),
    textColumn('call_id', {
      title: 'Звонок',
      headers: ['ID звонка', 'Номер звонка', 'Ссылка', 'Call', 'Link'],
      description: 'Id of the call in the phone system, or a link to its recording.',
      example: '1769850000.123',
      required: true,
    }),
    textColumn('item', {
      title: 'Пункт',
      headers: ['Критерий', 'Пункт чек-листа', 'Criterion'],
      description: 'Item of the checklist.',
      example: 'Выявил потребность',
      required: true,
    }),
    numberColumn('score', {
      title: 'Балл',
      headers: ['Баллы', 'Оценка', 'Points'],
      description: 'Points given.',
      example: '1',
      min: 0,
      required: true,
    }),
    numberColumn('max_score', {
      title: 'Макс. балл',
      headers: ['Максимум', 'Максимальный балл', 'Max', 'Max score'],
      description: 'Most points of the item; empty: 1.',
      example: '1',
      min: 0.01,
    }),
    textColumn('reviewer', {
      title: 'Проверил',
      headers: ['Контролёр', 'Оценил'],
      description: 'Who listened.',
    }),
    textColumn('comment', {
      title: 'Комментарий',
      headers: ['Примечание', 'Note'],
      description: 'Free text.',
    }),
  ],
};
