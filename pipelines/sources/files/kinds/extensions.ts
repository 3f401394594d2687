import { dateColumn, textColumn } from '../column.ts';
import { spanInOrder } from '../span-in-order.ts';
import type { FileKind } from '../kind.ts';

export const extensions: FileKind = {
  name: 'extensions',
  title: 'Extensions',
  description: 'Who uses which extension of the phone system, and when.',
  words: ['добавочные', 'внутренние номера', 'extensions', 'extension'],
  key: ['extension', 'source', 'valid_from'],
  check: spanInOrder,
  columns: [
    textColumn('manager', {
      title: 'Менеджер',
      headers: ['Сотрудник', 'ФИО'],
      description: 'E-mail, name or CRM id.',
      example: 'anna@company.ru',
      required: true,
    }),
    textColumn('extension', {
      title: 'Добавочный',
      headers: ['Внутренний номер', 'Внутренний', 'Номер', 'Ext', 'Number'],
      description: 'The extension as the phone system writes it.',
      example: '101',
      required: true,
    }),
    textColumn('source', {
      title: 'Источник',
      headers: ['АТС', 'PBX'],
      description: 'Name of the phone system in voronka.yaml; empty: any.',
    }),
    dateColumn('valid_from', {
      title: 'С',
      headers: ['Действует с', 'Дата с', 'From', 'Valid from'],
      description: 'First day; empty: always.',
      example: '2026-01-01',
    }),
    dateColumn('valid_to', {
      title: 'По',
      headers: ['Действует по', 'Дата по', 'To', 'Valid to', 'Until'],
      description: 'Last day; empty: still.',
    }),
  ],
};
