import { folded, tidy, type CellValue, type Table } from './cell.ts';
import type { Parsed } from './parse-number.ts';

export type DateOrder = 'dmy' | 'mdy' | 'ymd';

export interface DateRules {
  readonly order: DateOrder;
  readonly dateSystem: Table['dateSystem'];
}

const MONTHS = [
  ['январ', 'янв', 'january', 'jan'],
  ['феврал', 'фев', 'february', 'feb'],
  ['март', 'мар', 'march', 'mar'],
  ['апрел', 'апр', 'april', 'apr'],
  ['ма', 'май', 'may'],
  ['июн', 'june', 'jun'],
  ['июл', 'july', 'jul'],
  ['август', 'авг', 'august', 'aug'],
  ['сентябр', 'сен', 'сент', 'september', 'sep', 'sept'],
  ['октябр', 'окт', 'october', 'oct'],
  ['ноябр', 'ноя', 'нояб', 'november', 'nov'],
  ['декабр', 'дек', 'december', 'dec'],
];
const DAY_MS = 86_400_000;
/** 1990-01-01 to 2099-12-31 as serial numbers of the 1900 system: a plain number outside is not meant as a date. */
const SERIALS = { from: 32_874, to: 73_050 };
const OFFSET_1904 = 1_462;

/** 1 to 12 for the name of a month in Russian or English, in any case and short forms; undefined for other words. */
export function monthNumber(word: string): number | undefined {
  const name = folded(word).replace(/\.$/u, '');
  const stem = name.replace(/(?:ь|я|е|й|а|ю|ем|ём)$/u, '');
  const index = MONTHS.findIndex(
    (forms) => forms.includes(name) || (/^[а-я]/u.test(name) && forms.includes(stem)),
  );
  return index < 0 ? undefined : index + 1;
}

/**
 * A day, as `2026-01-31`. ISO dates are read as such; any other order of numbers is the declared one; months may be words. A two-digit
 * year is of this century. In a workbook a number that was not formatted as a date is one all the same, in the workbook's own date system.
 */
export function parseDate(value: CellValue, rules: DateRules): Parsed<string> {
  if (value instanceof Date) return { value: value.toISOString().slice(0, 10) };
  if (typeof value === 'number') return fromSerial(value, rules);
  if (typeof value === 'boolean') return { reason: 'is yes or no where a date is expected' };
  // A time of day after the date says nothing here.
  const text = tidy(value ?? '')
    .replace(/[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?Z?$/u, '')
    .replace(/\s*г(?:\.|ода)?$/u, '');
  if (/^\d{5}(?:[.,]0+)?$/u.test(text)) {
    return {
      reason: 'is a number, not a date; give the column the format of a date before saving the file as CSV',
    };
  }
  const iso = /^(\d{4})[-./](\d{1,2})[-./](\d{1,2})$/u.exec(text);
  if (iso) return day(iso[1], iso[2], iso[3]);
  const numbers = /^(\d{1,2})[-./ ](\d{1,2})[-./ ](\d{2}|\d{4})$/u.exec(text);
  if (numbers) {
    const [, first, second, third] = numbers;
    if (rules.order === 'dmy') return day(third, second, first);
    if (rules.order === 'mdy') return day(third, first, second);
    return third?.length === 4
      ? { reason: 'does not begin with the year, as date_order: ymd declares' }
      : day(first, second, third);
  }
  const words =
    /^(\d{1,2})[-. ]+(\p{L}+)\.?[-., ]+(\d{4})$/u.exec(text) ??
    /^(\p{L}+)\.? (\d{1,2}),? (\d{4})$/u.exec(text);
  if (words) {
    const [, first = '', second = '', year] = words;
    const isDayFirst = /^\d/u.test(first);
    const month = monthNumber(isDayFirst ? second : first);
    if (month !== undefined) return day(year, String(month), isDayFirst ? first : second);
  }
  return { reason: `is not a date; expected one like ${exampleOf(rules.order)} or 2026-01-31` };
}

function day(year = '', month = '', date = ''): Parsed<string> {
  const full = year.length === 2 ? `20${year}` : year;
  const iso = `${full}-${month.padStart(2, '0')}-${date.padStart(2, '0')}`;
  const moment = new Date(`${iso}T00:00:00Z`);
  if (Number.isNaN(moment.getTime()) || moment.toISOString().slice(0, 10) !== iso) {
    return { reason: `is a day that does not exist: day ${date}, month ${month}, year ${full}` };
  }
  return inReach(Number(full)) ? { value: iso } : { reason: `is in the year ${full}` };
}

function inReach(year: number): boolean {
  return year >= 1990 && year < 2100;
}

function fromSerial(serial: number, { dateSystem }: DateRules): Parsed<string> {
  const in1900 = dateSystem === '1904' ? serial + OFFSET_1904 : serial;
  if (dateSystem === null || in1900 < SERIALS.from || in1900 >= SERIALS.to) {
    return { reason: 'is a number where a date is expected; set the format of the cell to a date' };
  }
  return { value: new Date(Date.UTC(1899, 11, 30) + Math.floor(in1900) * DAY_MS).toISOString().slice(0, 10) };
}

function exampleOf(order: DateOrder): string {
  return { dmy: '31.01.2026', mdy: '01/31/2026', ymd: '26.01.31' }[order];
}
