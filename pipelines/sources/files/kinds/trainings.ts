import { dateColumn, numberColumn, textColumn } from '../column.ts';
import { needsOneOf, type FileKind } from '../kind.ts';

export const trainings: FileKind = {
  name: 'trainings',
  title: 'Trainings and tests',
  description: 'Hours of training and results of knowledge tests.',
  words: ['обучение', 'обучения', 'тренинги', 'тесты', 'training', 'trainings', 'tests'],
  key: ['date', 'manager', 'title'],
  check: needsOneOf('hours', 'test_score'),
  columns: [
    dateColumn('date', {
      title: 'Дата',
      headers: ['День'],
      description: 'Of the training or test.',
      example: '2026-01-31',
      required: true,
    }),
    textColumn('manager', {
      title: 'Менеджер',
      headers: ['Сотрудник', 'ФИО'],
      description: 'Who was trained: e-mail, name or CRM id.',
      example: 'anna@company.ru',
      required: true,
    }),
    textColumn('title', {
      title: 'Тема',
      headers: ['Курс', 'Тренинг', 'Тест', 'Название', 'Course', 'Training', 'Test'],
      description: 'Name of the training or test.',
      example: 'Работа с возражениями',
      required: true,
    }),
    numberColumn('hours', {
      title: 'Часы',
      headers: ['Количество часов'],
      description: 'Length.',
      example: '2,5',
      min: 0,
      max: 1000,
    }),
    numberColumn('test_score', {
      title: 'Результат теста',
      headers: ['Балл', 'Оценка', 'Процент', 'Test score', 'Score', 'Result'],
      description: 'Per cent, from 0 to 100.',
      example: '85',
      min: 0,
      max: 100,
    }),
  ],
};
