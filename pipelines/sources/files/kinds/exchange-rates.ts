import { currencyColumn, dateColumn, numberColumn } from '../column.ts';
import type { FileKind } from '../kind.ts';

export const exchangeRates: FileKind = {
  name: 'exchange_rates',
  title: 'Exchange rates',
  description: 'What a currency costs in the reporting currency. A rate holds until the next one.',
  words: ['курсы', 'курсы валют', 'курс', 'rates', 'exchange rates'],
  key: ['date', 'currency'],
  columns: [
    dateColumn('date', {
      title: 'Дата',
      headers: ['День'],
      description: 'From which day the rate holds.',
      example: '2026-01-31',
      required: true,
    }),
    currencyColumn('currency', {
      title: 'Валюта',
      headers: ['Код', 'Код валюты', 'Code'],
      description: 'Code of the foreign currency.',
      example: 'USD',
      required: true,
    }),
    numberColumn('rate', {
      title: 'Курс',
      headers: ['Exchange rate'],
      description: 'Units of the reporting currency for `nominal` units of the foreign one.',
      example: '78,2267',
      min: 0.000001,
      required: true,
    }),
    numberColumn('nominal', {
      title: 'Номинал',
      headers: ['Количество', 'Units'],
      description: 'Empty: 1.',
      example: '1',
      min: 1,
    }),
  ],
};
