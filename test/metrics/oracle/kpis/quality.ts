import type { Row } from '../raw/table.ts';
import { decimal } from '../raw/table.ts';
import type { Story } from '../story/story.ts';
import { noonOf, sheet } from './books.ts';
import type { Fact, Kpi } from './kpi.ts';

/** A fact of each row that says something, on its day and of the manager it names. */
const rows =
  (name: string, date: string, value: (row: Row) => number | null, more?: (row: Row) => Partial<Fact>) =>
  (story: Story): Fact[] =>
    sheet(story, name).flatMap((row) => {
      const told = value(row);
      const manager = story.people.named(row['Менеджер'] ?? '');
      return told === null ? [] : [{ at: noonOf(story, row[date]), manager, value: told, ...more?.(row) }];
    });

const REVIEWS = 'Оценка звонков';

/** I. Quality. */
export const QUALITY: readonly Kpi[] = [
  { id: 'csat_avg', measure: 'quality.csat_avg', as: 'average', facts: rows('Опросы клиентов', 'Дата', (row) => decimal(row['CSAT'])) }, // prettier-ignore
  {
    id: 'nps',
    measure: 'quality.nps',
    as: 'average',
    facts: rows('Опросы клиентов', 'Дата', (row) => {
      const answer = decimal(row['NPS']);
      return answer === null ? null : answer >= 9 ? 100 : answer <= 6 ? -100 : 0;
    }),
  },
  {
    id: 'call_score_avg',
    measure: 'quality.call_score_avg',
    as: 'ratio',
    facts: rows(
      REVIEWS,
      'Дата звонка',
      (row) => decimal(row['Балл']),
      (row) => ({ of: decimal(row['Макс. балл']) ?? 0 }),
    ),
  },
  {
    id: 'calls_reviewed',
    measure: 'quality.calls_reviewed',
    as: 'distinct',
    facts: rows(
      REVIEWS,
      'Дата звонка',
      () => 1,
      (row) => ({ key: row['ID звонка'] ?? '' }),
    ),
  },
  { id: 'training_hours', measure: 'quality.training_hours', as: 'sum', facts: rows('Обучение', 'Дата', (row) => decimal(row['Часы'])) }, // prettier-ignore
  { id: 'test_score_avg', measure: 'quality.test_score_avg', as: 'average', facts: rows('Обучение', 'Дата', (row) => decimal(row['Результат теста'])) }, // prettier-ignore
];
