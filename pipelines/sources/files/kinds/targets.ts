import { currencyColumn, numberColumn, periodColumn, textColumn } from '../column.ts';
import { needsOneOf, type FileKind } from '../kind.ts';

/** One row per manager (or team, or the company) and period, one column per metric. */
export const targets: FileKind = {
  name: 'targets',
  title: 'Plan',
  description:
    'The plan of a manager, of a team (manager left empty) or of the company (both left empty) for a month, a week or a day.',
  words: ['план', 'планы', 'plan', 'plans', 'target', 'targets'],
  key: ['period', 'manager', 'team'],
  check: needsOneOf('amount', 'deals', 'new_clients', 'proposals', 'calls', 'emails', 'meetings', 'tasks'),
  columns: [
    periodColumn('period', {
      title: 'Период',
      headers: ['Месяц', 'Month', 'Дата', 'Date', 'Неделя', 'Week', 'День', 'Day'],
      periods: ['month', 'week', 'day'],
      description: 'A month, an ISO week or a day. It is spread over its working days.',
      example: '2026-01',
      required: true,
    }),
    textColumn('manager', {
      title: 'Менеджер',
      headers: ['Сотрудник', 'ФИО', 'Employee', 'Salesperson'],
      description: 'E-mail, name or CRM id. Empty: the plan is of the team.',
      example: 'anna@company.ru',
    }),
    textColumn('team', {
      title: 'Отдел',
      headers: ['Команда', 'Группа', 'Department'],
      description:
        'Name of the team. With a manager it is only for the reader; without both the plan is of the whole company.',
    }),
    numberColumn('amount', {
      title: 'Сумма продаж',
      headers: [
        'Сумма',
        'План',
        'План продаж',
        'Выручка',
        'Объём продаж',
        'Plan amount',
        'Sales',
        'Revenue',
        'Plan',
      ],
      description: 'Won amount to reach.',
      example: '1 500 000',
      min: 0,
      isMoney: true,
    }),
    numberColumn('deals', {
      title: 'Сделки',
      headers: ['Количество сделок', 'План сделок', 'Plan deals', 'Deals won'],
      description: 'Deals to win.',
      example: '12',
      min: 0,
    }),
    numberColumn('new_clients', {
      title: 'Новые клиенты',
      headers: ['План новых клиентов', 'New clients', 'Plan new clients'],
      description: 'Clients to win for the first time.',
      example: '5',
      min: 0,
    }),
    numberColumn('proposals', {
      title: 'КП',
      headers: ['Коммерческие предложения', 'Предложения', 'Offers'],
      description: 'Proposals to send.',
      min: 0,
    }),
    numberColumn('calls', {
      title: 'Звонки',
      headers: ['Количество звонков'],
      description: 'Calls to make.',
      min: 0,
    }),
    numberColumn('emails', {
      title: 'Письма',
      headers: ['E-mails', 'Mails'],
      description: 'E-mails to send.',
      min: 0,
    }),
    numberColumn('meetings', { title: 'Встречи', description: 'Meetings to hold.', min: 0 }),
    numberColumn('tasks', { title: 'Задачи', description: 'Tasks to complete.', min: 0 }),
    currencyColumn('currency', {
      title: 'Валюта',
      description: 'Of the amount; empty: the reporting currency.',
      example: 'RUB',
    }),
  ],
};
