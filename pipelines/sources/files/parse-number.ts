import { tidy, type CellValue } from './cell.ts';

export type DecimalSeparator = 'comma' | 'point';

/** A value, or why there is none; the reason completes a sentence that begins with the value. */
export type Parsed<T> = { readonly value: T } | { readonly reason: string };

export interface Amount {
  /** Decimal text. */
  readonly digits: string;
  /** Code of the currency whose sign stood beside the number. */
  readonly currency?: string;
}

const CURRENCIES: Readonly<Record<string, string>> = { '₽': 'RUB', $: 'USD', '€': 'EUR', '£': 'GBP' };
const CURRENCY = String.raw`[₽$€£]|руб(?:л(?:ь|я|ей))?\.?|р\.|[A-Z]{3}`;
const BEFORE = new RegExp(`^(?<mark>${CURRENCY})\\s*(?=[-(\\d])`, 'u');
const AFTER = new RegExp(`(?<=[\\d)])\\s*(?<mark>${CURRENCY})$`, 'u');
/** Between groups of three digits: space of any width, apostrophe; a point or comma where it cannot be the decimal separator. */
const GROUPED = /^\d{1,3}(?:(?<mark>[ '’.,])\d{3})(?:\k<mark>\d{3})*$/u;

/**
 * A number as people write it: `1 234 567,89`, `1'234.50`, `1.234,5`, `(500)`, `−500`, `12 000 ₽`, `85 %` (85). Decimal text, so that no
 * kopeck is lost on the way; a sign of a currency is told apart.
 *
 * A separator that can only be read one way is read so. `1,234` and `1.234` can be read two ways: `decimal` says which, and where it
 * was not declared they are refused.
 */
export function parseNumber(value: CellValue, decimal: DecimalSeparator | undefined): Parsed<Amount> {
  if (typeof value === 'number') {
    return Number.isFinite(value) ? { value: { digits: plain(value) } } : { reason: 'is not a number' };
  }
  if (typeof value === 'boolean') return { reason: 'is yes or no where a number is expected' };
  if (value instanceof Date)
    return { reason: 'is a date where a number is expected; set the format of the cell to a number' };
  let text = tidy(value ?? '')
    .replaceAll('−', '-')
    .replace(/(?<=\d)\s*%$/u, '');
  const mark = (BEFORE.exec(text) ?? AFTER.exec(text))?.groups?.['mark'];
  if (mark !== undefined) text = text.replace(BEFORE, '').replace(AFTER, '');
  const inBrackets = /^\((.+)\)$/u.exec(text);
  if (inBrackets) text = `-${inBrackets[1] ?? ''}`;
  const match = /^([+-]?)\s*(\d[\d .,'’]*)$/u.exec(text);
  if (!match) return { reason: 'is not a number' };
  const parsed = parseUnsigned(match[2] ?? '', decimal);
  if ('reason' in parsed) return parsed;
  const digits = trimmed(match[1] === '-' ? '-' : '', parsed.value);
  return { value: mark === undefined ? { digits } : { digits, currency: currencyOf(mark) } };
}

function currencyOf(mark: string): string {
  return CURRENCIES[mark] ?? (/^[A-Z]{3}$/u.test(mark) ? mark : 'RUB');
}

function parseUnsigned(text: string, decimal: DecimalSeparator | undefined): Parsed<string> {
  if (/^\d+$/u.test(text)) return { value: text };
  const marks = text.match(/[.,]/gu) ?? [];
  const last = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','));
  const isOneMark = marks.length === 1;
  // One point or comma before exactly three digits, and nothing else that tells: thousands or thousandths.
  if (isOneMark && /^\d{1,3}[.,]\d{3}$/u.test(text) && !text.startsWith('0')) {
    if (decimal === undefined) {
      return { reason: 'can be read two ways; declare decimal_separator (comma or point) in voronka.yaml' };
    }
    const isDecimal = (marks[0] === ',') === (decimal === 'comma');
    return { value: text.replace(/[.,]/u, isDecimal ? '.' : '') };
  }
  if (GROUPED.test(text) && !isOneMark) return { value: text.replace(/[^\d]/gu, '') };
  const whole = last < 0 ? text : text.slice(0, last);
  const fraction = last < 0 ? '' : text.slice(last + 1);
  const isWhole = /^\d+$/u.test(whole) || GROUPED.test(whole);
  const mixes = last >= 0 && whole.includes(text[last] ?? '');
  if (!isWhole || mixes || (last >= 0 && !/^\d+$/u.test(fraction))) {
    return { reason: 'is not a number: look at the separators' };
  }
  return { value: `${whole.replace(/[^\d]/gu, '')}${last < 0 ? '' : `.${fraction}`}` };
}

function trimmed(sign: string, digits: string): string {
  const [whole = '0', fraction = ''] = digits.split('.');
  const plainWhole = whole.replace(/^0+(?=\d)/u, '');
  const plainFraction = fraction.replace(/0+$/u, '');
  const number = plainFraction === '' ? plainWhole : `${plainWhole}.${plainFraction}`;
  return number === '0' ? '0' : `${sign}${number}`;
}

/** A double of a workbook as the program shows it: 15 digits, without the tail of 0.1 + 0.2. */
function plain(value: number): string {
  const rounded = Number(value.toPrecision(15));
  const text = String(rounded === 0 ? 0 : rounded);
  return /e/iu.test(text) ? BigInt(Math.trunc(rounded)).toString() : text;
}
