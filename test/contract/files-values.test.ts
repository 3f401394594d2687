import { describe, expect, it } from 'vitest';
import { decodeText } from '../../pipelines/sources/files/decode-text.ts';
import { kindInName } from '../../pipelines/sources/files/find-kind.ts';
import { parseDate } from '../../pipelines/sources/files/parse-date.ts';
import { parseNumber } from '../../pipelines/sources/files/parse-number.ts';
import { parsePeriod } from '../../pipelines/sources/files/parse-period.ts';

const dmy = { order: 'dmy', dateSystem: null } as const;
const mdy = { order: 'mdy', dateSystem: null } as const;
const value = (parsed: { value?: unknown; reason?: string }): unknown =>
  parsed.value ?? `refused: ${parsed.reason}`;

describe('numbers', () => {
  const number = (text: string | number, decimal?: 'comma' | 'point'): unknown => {
    const parsed = parseNumber(text, decimal);
    return 'reason' in parsed ? 'refused' : parsed.value.digits;
  };

  it('are read with every separator of thousands, whatever kind of space it is', () => {
    for (const text of [
      '1 234 567,89',
      '1\u00a0234\u00a0567,89',
      '1\u202f234\u202f567.89',
      "1'234'567.89",
      '1’234’567,89',
      '1.234.567,89',
      '1,234,567.89',
      '1234567,89',
    ])
      expect(number(text), text).toBe('1234567.89');
  });

  it('that can be read two ways are read as declared, and refused where nothing is', () => {
    expect(['1,234', '1.234'].map((text) => number(text))).toEqual(['refused', 'refused']);
    expect(['1,234', '1.234'].map((text) => number(text, 'comma'))).toEqual(['1.234', '1234']);
    expect(['1,234', '1.234'].map((text) => number(text, 'point'))).toEqual(['1234', '1.234']);
    // Only one way to read these.
    expect(['0,234', '12,5', '12.50', '1234,567', '1 234,567'].map((text) => number(text))).toEqual([
      '0.234',
      '12.5',
      '12.5',
      '1234.567',
      '1234.567',
    ]);
  });

  it('may be negative in three ways, carry a currency or a per cent sign', () => {
    expect(['-5', '−5', '(5)', '- 5', '85 %', '+7'].map((text) => number(text))).toEqual([
      '-5',
      '-5',
      '-5',
      '-5',
      '85',
      '7',
    ]);
    expect(
      ['12 000 ₽', '12 000,00 руб.', '$12,000.50', '5 USD'].map((text) => parseNumber(text, undefined)),
    ).toEqual([
      { value: { digits: '12000', currency: 'RUB' } },
      { value: { digits: '12000', currency: 'RUB' } },
      { value: { digits: '12000.5', currency: 'USD' } },
      { value: { digits: '5', currency: 'USD' } },
    ]);
  });

  it('of a workbook lose the tail of binary fractions', () => {
    expect([0.1 + 0.2, 1e21, -0, 1234.5].map((one) => number(one))).toEqual([
      '0.3',
      '1000000000000000000000',
      '0',
      '1234.5',
    ]);
  });

  it('that are none are refused', () => {
    for (const text of ['12ю0', '1 23,5', '12.345.6', '1,2,3', '--5', '5-', 'пять', '1e5', '12 000 шт'])
      expect(number(text), text).toBe('refused');
  });
});

describe('dates', () => {
  it('of numbers are read in the declared order, ISO in its own', () => {
    expect(value(parseDate('03.04.2026', dmy))).toBe('2026-04-03');
    expect(value(parseDate('03/04/2026', mdy))).toBe('2026-03-04');
    for (const order of ['dmy', 'mdy', 'ymd'] as const)
      expect(value(parseDate('2026-04-03', { order, dateSystem: null }))).toBe('2026-04-03');
    expect(value(parseDate('3.4.26 г.', dmy))).toBe('2026-04-03');
    expect(value(parseDate('03.04.2026 12:30', dmy))).toBe('2026-04-03');
    expect(value(parseDate('3 апреля 2026 года', mdy))).toBe('2026-04-03');
    expect(value(parseDate('April 3, 2026', dmy))).toBe('2026-04-03');
  });

  it('that do not exist are refused, and so is the other order where it shows', () => {
    expect(value(parseDate('31.02.2026', dmy))).toBe(
      'refused: is a day that does not exist: day 31, month 02, year 2026',
    );
    expect(value(parseDate('29.02.2027', dmy))).toMatch(/refused/);
    expect(value(parseDate('29.02.2028', dmy))).toBe('2028-02-29');
    expect(value(parseDate('12/31/2026', dmy))).toMatch(/does not exist/);
    expect(value(parseDate('03.04.2026', { order: 'ymd', dateSystem: null }))).toMatch(/date_order: ymd/);
    expect(value(parseDate('01.01.1026', dmy))).toMatch(/1026/);
    expect(value(parseDate('скоро', dmy))).toMatch(/not a date/);
  });

  it('that are serial numbers count in the date system of their workbook, and are refused in a CSV, which has none', () => {
    // Excel's own numbers for 31 January 2026.
    expect(value(parseDate(46_053, { order: 'dmy', dateSystem: '1900' }))).toBe('2026-01-31');
    expect(value(parseDate(44_591, { order: 'dmy', dateSystem: '1904' }))).toBe('2026-01-31');
    expect(value(parseDate('46053', dmy))).toMatch(/format of a date/);
    expect(value(parseDate(17, { order: 'dmy', dateSystem: '1900' }))).toMatch(/a number where a date/);
  });
});

describe('periods', () => {
  const period = (text: string | Date): unknown => {
    const parsed = parsePeriod(text, dmy, ['month', 'week', 'day', 'quarter', 'year']);
    return 'reason' in parsed
      ? `refused: ${parsed.reason}`
      : `${parsed.value.kind} ${parsed.value.from} ${parsed.value.to}`;
  };

  it('are months, quarters, years, ISO weeks and days, in words or numbers', () => {
    for (const text of [
      '2026-02',
      '02.2026',
      '2.2026',
      'февраль 2026',
      'Февраль 2026 г.',
      'фев. 2026',
      'Feb 2026',
      'February, 2026',
      '2026 февраль',
    ])
      expect(period(text), text).toBe('month 2026-02-01 2026-02-28');
    for (const text of ['2026-Q2', '2 кв. 2026', 'II квартал 2026', 'Q2 2026'])
      expect(period(text), text).toBe('quarter 2026-04-01 2026-06-30');
    // 2026-01-01 is a Thursday: the first ISO week begins on 29 December 2025; 2026 has 53 weeks, 2025 has 52.
    expect(period('2026-W01')).toBe('week 2025-12-29 2026-01-04');
    expect(period('53 неделя 2026')).toBe('week 2026-12-28 2027-01-03');
    expect(period('2025-W53')).toMatch(/does not exist/);
    expect(period('2026')).toBe('year 2026-01-01 2026-12-31');
    expect(period('15.02.2026')).toBe('day 2026-02-15 2026-02-15');
    expect(period('13.2026')).toMatch(/month 13/);
    expect(period('когда-нибудь')).toMatch(/not a period/);
  });

  it('in a date cell are the month that begins there, else the day', () => {
    expect(period(new Date('2026-02-01T00:00:00Z'))).toBe('month 2026-02-01 2026-02-28');
    expect(period(new Date('2026-02-15T00:00:00Z'))).toBe('day 2026-02-15 2026-02-15');
  });
});

describe('encodings', () => {
  const text = 'Менеджер;Сумма\r\nЮлия Ёлкина;1 500,00\r\n';
  const cp1251 = Buffer.from(
    [...text].map((letter) => {
      const code = letter.charCodeAt(0);
      if (code >= 0x410 && code <= 0x44f) return code - 0x350;
      return { Ё: 0xa8, ё: 0xb8 }[letter] ?? code;
    }),
  );

  it('are told by the byte order mark, by valid UTF-8, by zero bytes, else windows-1251', () => {
    const utf16 = Buffer.from(text, 'utf16le');
    const files = {
      'utf-8': [Buffer.from(text), Buffer.from(`\ufeff${text}`)],
      'windows-1251': [cp1251],
      'utf-16le': [utf16, Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])],
      'utf-16be': [Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(utf16).swap16()])],
    };
    for (const [encoding, bytes] of Object.entries(files))
      for (const one of bytes) expect(decodeText(one)).toEqual({ text, encoding });
  });

  it('that are declared are kept to, and what is no text is not one', () => {
    expect(decodeText(Buffer.from(text), 'windows-1251')?.text).not.toBe(text);
    expect(decodeText(cp1251, 'utf-8')).toBeUndefined();
    expect(decodeText(Buffer.from([0x50, 0x4b, 3, 4, 0, 0, 0, 0, 1, 2]))).toBeUndefined();
  });
});

it('the kind is told by a word of the name, the more particular one first', () => {
  const names = [
    'targets-2026',
    'План продаж 2026',
    '2026_costs_q1',
    'Объём рынка',
    'План обучения',
    'planet',
    'Отчёт',
  ];
  expect(names.map((name) => kindInName(name)?.name)).toEqual([
    'targets',
    'targets',
    'costs',
    'market_size',
    'trainings',
    undefined,
    undefined,
  ]);
});
