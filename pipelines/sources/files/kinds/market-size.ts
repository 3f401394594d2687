import { currencyColumn, numberColumn, periodColumn, textColumn } from '../column.ts';
import type { FileKind } from '../kind.ts';

export const marketSize: FileKind = {
  name: 'market_size',
  title: 'Market size',
  description: 'What all sellers together sold on your market, for the market share.',
  words: ['рынок', 'объем рынка', 'market', 'market size'],
  key: ['period', 'segment'],
  columns: [
    periodColumn('period', {
      title: 'Период',
      headers: ['Месяц', 'Month', 'Квартал', 'Quarter', 'Год', 'Year'],
      periods: ['month', 'quarter', 'year'],
      description: 'A month, a quarter or a year. It is divided evenly over its months.',
      example: '2026-Q1',
      required: true,
    }),
    textColumn('segment', {
      title: 'Сегмент',
      headers: ['Рынок', 'Регион', 'Region'],
      description: 'Part of the market; the parts of a period are added up.',
      example: 'Центр',
    }),
    numberColumn('amount', {
      title: 'Объём рынка',
      headers: ['Объём', 'Сумма', 'Market size', 'Size'],
      description: 'Money.',
      example: '900 000 000',
      min: 0,
      required: true,
      isMoney: true,
    }),
    currencyColumn('currency', {
      title: 'Валюта',
      description: 'Empty: the reporting currency.',
      example: 'RUB',
    }),
  ],
};
