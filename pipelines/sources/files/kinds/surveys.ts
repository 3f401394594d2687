import { dateColumn, numberColumn, textColumn } from '../column.ts';
import { needsOneOf, type FileKind } from '../kind.ts';

export const surveys: FileKind = {
  name: 'surveys',
  title: 'Client surveys',
  description: 'Answers of clients: satisfaction from 1 to 5, recommendation from 0 to 10.',
  words: ['опросы', 'опрос', 'анкеты', 'csat', 'nps', 'survey', 'surveys'],
  key: ['survey_id', 'date', 'client', 'manager'],
  check: needsOneOf('csat', 'nps'),
  columns: [
    dateColumn('date', {
      title: 'Дата',
      headers: ['Дата ответа', 'Answered'],
      description: 'When the client answered.',
      example: '2026-01-31',
      required: true,
    }),
    textColumn('survey_id', {
      title: 'Номер анкеты',
      headers: ['№ анкеты', '№', 'ID', 'Survey'],
      description: 'Tells two answers of one client and day apart, and those without a client.',
      example: '1001',
    }),
    textColumn('client', {
      title: 'Клиент',
      headers: ['Компания', 'Company', 'Контрагент'],
      description: 'Name or CRM id of the client.',
      example: 'ООО «Ромашка»',
    }),
    textColumn('manager', {
      title: 'Менеджер',
      headers: ['Сотрудник', 'ФИО'],
      description: 'Whose work was asked about: e-mail, name or CRM id.',
      example: 'anna@company.ru',
    }),
    numberColumn('csat', {
      title: 'CSAT',
      headers: ['Удовлетворённость', 'Оценка', 'Satisfaction', 'Score'],
      description: 'From 1 to 5.',
      example: '5',
      min: 1,
      max: 5,
    }),
    numberColumn('nps', {
      title: 'NPS',
      headers: ['Рекомендация', 'Готовность рекомендовать', 'Recommendation'],
      description: 'Whole number from 0 to 10: 9 and 10 promote, 0 to 6 detract.',
      example: '9',
      min: 0,
      max: 10,
      isWhole: true,
    }),
    textColumn('comment', {
      title: 'Комментарий',
      headers: ['Отзыв', 'Feedback'],
      description: 'The client’s words.',
    }),
  ],
};
