import { choiceColumn, currencyColumn, numberColumn, periodColumn, textColumn } from '../column.ts';
import type { FileKind } from '../kind.ts';

export const costs: FileKind = {
  name: 'costs',
  title: 'Costs',
  description:
    'What was spent on selling, on marketing and on the goods sold. A period without costs of goods has no gross profit; where there are none to speak of, enter a row with 0.',
  words: ['расходы', 'затраты', 'cost', 'costs', 'expenses'],
  key: ['period', 'kind', 'category', 'manager', 'team', 'document', 'comment'],
  columns: [
    periodColumn('period', {
      title: 'Период',
      headers: ['Месяц', 'Month', 'Дата', 'Date'],
      periods: ['month', 'day', 'quarter', 'year'],
      description: 'A month, a day, a quarter or a year the money was spent for. It is spread over the days.',
      example: '2026-01',
      required: true,
    }),
    choiceColumn('kind', {
      title: 'Вид расходов',
      headers: ['Вид', 'Тип', 'Type', 'Cost type'],
      choices: {
        sales: ['sale', 'продажи', 'отдел продаж', 'коммерческие', 'расходы на продажи', 'selling'],
        marketing: ['маркетинг', 'реклама', 'advertising', 'расходы на маркетинг'],
        goods: ['товары', 'товар', 'себестоимость', 'закупка', 'cogs', 'cost of goods'],
      },
      description: 'sales (продажи), marketing (маркетинг) or goods (себестоимость).',
      example: 'маркетинг',
      required: true,
    }),
    textColumn('category', {
      title: 'Статья',
      headers: ['Категория', 'Статья расходов', 'Item'],
      description: 'What for, in your own words.',
      example: 'Контекстная реклама',
    }),
    numberColumn('amount', {
      title: 'Сумма',
      headers: ['Расход', 'Стоимость', 'Total'],
      description: 'A return is negative.',
      example: '150 000,00',
      required: true,
      isMoney: true,
    }),
    currencyColumn('currency', {
      title: 'Валюта',
      description: 'Empty: the reporting currency.',
      example: 'RUB',
    }),
    textColumn('manager', {
      title: 'Менеджер',
      headers: ['Сотрудник', 'ФИО'],
      description: 'Where it was spent for one person.',
    }),
    textColumn('team', {
      title: 'Отдел',
      headers: ['Команда', 'Department'],
      description: 'Where it was spent for one team.',
    }),
    textColumn('document', {
      title: 'Документ',
      headers: ['Номер документа', '№ документа', 'Счёт', 'Invoice', 'Document no'],
      description: 'Number of the bill; tells two costs of one day and item apart.',
      example: 'Счёт 17',
    }),
    textColumn('comment', {
      title: 'Комментарий',
      headers: ['Примечание', 'Note'],
      description: 'Tells two costs apart as well.',
    }),
  ],
};
