import { folded, isBlank, textOf, tidy, type Cell } from './cell.ts';
import type { Column } from './column.ts';
import { parseDate, type DateRules } from './parse-date.ts';
import { parseNumber, type DecimalSeparator, type Parsed } from './parse-number.ts';
import { parsePeriod } from './parse-period.ts';

export interface CellRules extends DateRules {
  readonly decimal: DecimalSeparator | undefined;
}

export interface FieldValue {
  /** Absent for an empty cell. */
  readonly field?: unknown;
  /** The currency whose sign stood beside the number. */
  readonly currency?: string;
}

const YES = ['да', 'yes', 'y', 'true', 'истина', '1', '+', 'рабочий', 'working'];
const NO = ['нет', 'no', 'n', 'false', 'ложь', '0', '-', 'выходной', 'off'];
/** Errors of formulas, as the programs write them in English and Russian: as text they come with CSV. */
const FORMULA_ERROR =
  /^#(?:DIV\/0!|N\/A|REF!|VALUE!|NAME\?|NUM!|NULL!|SPILL!|CALC!|ДЕЛ\/0!|Н\/Д|ССЫЛКА!|ЗНАЧ!|ИМЯ\?|ЧИСЛО!|ПУСТО!)$/iu;
/** More digits than these a double does not hold. */
const MOST_DIGITS = 15;

/** What a cell says in a column of this type, before the column's own schema; the reason completes a sentence about the cell. */
export function readCell(cell: Cell, column: Column, rules: CellRules): Parsed<FieldValue> {
  const text = textOf(cell);
  if (cell.fault?.startsWith('#') === true || FORMULA_ERROR.test(text)) {
    return { reason: 'is an error of a formula; correct the formula or enter the value' };
  }
  if (cell.fault !== undefined) return { reason: `is ${cell.fault}` };
  if (isBlank(cell)) return { value: {} };
  if (cell.merged !== undefined && column.type === 'number' && spansRows(cell.merged)) {
    return {
      reason: `stands for several rows at once (cells ${cell.merged} are merged); give each row its own number`,
    };
  }
  switch (column.type) {
    case 'number':
      return numberOf(cell, column, rules);
    case 'date':
      return fieldOf(parseDate(cell.value, rules));
    case 'period':
      return fieldOf(parsePeriod(cell.value, rules, column.periods ?? ['month']));
    case 'choice':
      return choiceOf(text, column);
    case 'yes-no':
      return yesNoOf(cell, text);
    case 'time':
      return timeOf(cell, text);
    case 'currency':
      return { value: { field: text === '₽' || /^руб/iu.test(text) ? 'RUB' : text.toUpperCase() } };
    case 'text':
      // An extension or a document number that the program took for a number.
      return { value: { field: typeof cell.value === 'number' ? String(cell.value) : text } };
  }
}

function fieldOf(parsed: Parsed<unknown>): Parsed<FieldValue> {
  return 'reason' in parsed ? parsed : { value: { field: parsed.value } };
}

function numberOf(cell: Cell, column: Column, rules: CellRules): Parsed<FieldValue> {
  if (typeof cell.value === 'string' && /^[-–—]$/u.test(tidy(cell.value))) return { value: {} };
  const parsed = parseNumber(cell.value, rules.decimal);
  if ('reason' in parsed) return parsed;
  const { digits, currency } = parsed.value;
  if (digits.replace(/\D/gu, '').replace(/^0+/u, '').length > MOST_DIGITS)
    return { reason: 'has too many digits' };
  if (currency !== undefined && column.isMoney !== true) {
    return { reason: `has the sign of a currency (${currency}) where no money is expected` };
  }
  return { value: { field: Number(digits), ...(currency !== undefined && { currency }) } };
}

function choiceOf(text: string, { choices = {} }: Column): Parsed<FieldValue> {
  const word = folded(text);
  const found = Object.entries(choices).find(
    ([name, words]) => name === word || words.map(folded).includes(word),
  );
  if (found) return { value: { field: found[0] } };
  const known = Object.entries(choices).map(([name, [first]]) =>
    first === undefined ? name : `${name} (${first})`,
  );
  return { reason: `is none of ${known.join(', ')}` };
}

function yesNoOf(cell: Cell, text: string): Parsed<FieldValue> {
  if (typeof cell.value === 'boolean') return { value: { field: cell.value } };
  const word = folded(text);
  if (YES.includes(word)) return { value: { field: true } };
  return NO.includes(word) ? { value: { field: false } } : { reason: 'is neither да nor нет' };
}

function timeOf(cell: Cell, text: string): Parsed<FieldValue> {
  // A time cell of a workbook is a part of a day.
  const ofDay =
    cell.value instanceof Date
      ? cell.value.getUTCHours() * 60 + cell.value.getUTCMinutes()
      : typeof cell.value === 'number' && cell.value >= 0 && cell.value <= 1
        ? Math.round(cell.value * 1_440)
        : undefined;
  if (ofDay !== undefined) return { value: { field: clock(Math.floor(ofDay / 60), ofDay % 60) } };
  const match = /^(\d{1,2})[:.](\d{2})(?::00)?$/u.exec(text);
  return match
    ? { value: { field: clock(Number(match[1]), Number(match[2])) } }
    : { reason: 'is not a time of day; expected one like 09:30' };
}

function clock(hours: number, minutes: number): string {
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`;
}

function spansRows(range: string): boolean {
  const [from = '', to = ''] = range.split(':');
  return from.replace(/\D/gu, '') !== to.replace(/\D/gu, '');
}
