import { dateColumn, textColumn, timeColumn, yesNoColumn } from '../column.ts';
import type { FileKind } from '../kind.ts';

export const holidays: FileKind = {
  name: 'holidays',
  title: 'Holidays',
  description: 'Days that differ from the usual week: holidays, moved working days, shortened ones.',
  words: ['праздники', 'выходные', 'производственный календарь', 'holidays', 'holiday'],
  key: ['day'],
  check({ is_working: isWorking, opens, closes }) {
    if (opens === undefined && closes === undefined) return undefined;
    if (isWorking !== true) return { column: 'is_working', reason: 'must be да where hours are given' };
    if (typeof opens !== 'string') return { column: 'opens', reason: 'must be given where the end is' };
    if (typeof closes !== 'string')
      return { column: 'closes', reason: 'must be given where the beginning is' };
    return closes > opens ? undefined : { column: 'closes', reason: `is not after opens, ${opens}` };
  },
  columns: [
    dateColumn('day', {
      title: 'Дата',
      headers: ['День', 'Date'],
      description: 'The day.',
      example: '2026-01-01',
      required: true,
    }),
    yesNoColumn('is_working', {
      title: 'Рабочий',
      headers: ['Рабочий день', 'Working', 'Is working', 'Working day'],
      description: 'да or нет; empty: нет, a day off.',
      example: 'нет',
    }),
    timeColumn('opens', {
      title: 'Открытие',
      headers: ['Начало', 'Opens'],
      description: 'Of a working day with other hours than usual.',
    }),
    timeColumn('closes', {
      title: 'Закрытие',
      headers: ['Конец', 'Closes'],
      description: 'Of a working day with other hours than usual.',
    }),
    textColumn('title', {
      title: 'Название',
      headers: ['Праздник', 'Holiday', 'Name'],
      description: 'What is celebrated.',
      example: 'Новый год',
    }),
  ],
};
