import { numberOf, type Cell } from '../api/cube.ts';
import { useLanguage, type Language } from '../i18n/language.ts';
import type { Member } from './catalog.ts';
import { useAccount } from '../shell/account.ts';

export const NONE = '—';

export interface Format {
  /** As short as can be read on a card: 1.2M ₽, 3 h 20 min. */
  short(unit: string | undefined, value: number | null): string;
  /** As exact as a table shows it. */
  full(unit: string | undefined, value: number | null): string;
  /** A change in per cent, or in points where the value itself is a share. */
  change(unit: string | undefined, now: number | null, before: number | null): string | undefined;
  count(value: number): string;
  /** Of a cell of a table: a number, a date or a text. */
  cell(member: Member, value: Cell | undefined): string;
  /** `2026-11-03` to `3 Nov`, with the year where it is another one. */
  day(iso: string): string;
  moment(iso: string): string;
  range(from: string, to: string): string;
  /** The label of a bucket of time. */
  bucket(iso: string, granularity: string): string;
}

const WORDS = {
  en: { s: 's', min: 'min', h: 'h', d: 'd', mo: 'mo', q: 'Q', pp: 'pp' },
  ru: { s: 'с', min: 'мин', h: 'ч', d: 'дн', mo: 'мес', q: 'кв. ', pp: 'п.п.' },
} as const;

export function makeFormat(language: Language, locale: string, currency: string): Format {
  const words = WORDS[language];
  const number = (digits: number): Intl.NumberFormat =>
    new Intl.NumberFormat(locale, { maximumFractionDigits: digits });
  const [whole, tenth, hundredth] = [number(0), number(1), number(2)];
  const ratio = new Intl.NumberFormat(locale, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const moneyStyle = { style: 'currency', currency, currencyDisplay: 'narrowSymbol' } as const;
  const money = new Intl.NumberFormat(locale, { ...moneyStyle, maximumFractionDigits: 0 });
  const moneyShort = new Intl.NumberFormat(locale, {
    ...moneyStyle,
    notation: 'compact',
    maximumSignificantDigits: 3,
  });
  const short = new Intl.NumberFormat(locale, { notation: 'compact', maximumSignificantDigits: 3 });
  const dayMonth = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const dayMonthYear = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const monthYear = new Intl.DateTimeFormat(locale, { month: 'short', year: '2-digit', timeZone: 'UTC' });
  const time = new Intl.DateTimeFormat(locale, {
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: 'UTC',
  });

  const duration = (seconds: number): string => {
    const size = Math.abs(seconds);
    if (size < 60) return `${whole.format(seconds)} ${words.s}`;
    if (size < 3600) return `${tenth.format(seconds / 60)} ${words.min}`;
    if (size < 48 * 3600) return `${tenth.format(seconds / 3600)} ${words.h}`;
    // Work is counted in hours; the hours of a team for a year are not days.
    return size < 20 * 86_400
      ? `${tenth.format(seconds / 86_400)} ${words.d}`
      : `${short.format(seconds / 3600)} ${words.h}`;
  };

  const full = (unit: string | undefined, value: number | null): string => {
    if (value === null) return NONE;
    switch (unit) {
      case 'share':
        return percent.format(value);
      case 'money':
        return money.format(value);
      case 'ratio':
        return ratio.format(value);
      case 'seconds':
        return duration(value);
      case 'days':
        return `${tenth.format(value)} ${words.d}`;
      case 'hours':
        return `${tenth.format(value)} ${words.h}`;
      case 'months':
        return `${tenth.format(value)} ${words.mo}`;
      default:
        return hundredth.format(value);
    }
  };

  // Cube sends the account's own clock without a zone; UTC here keeps it as it is.
  const utc = (iso: string): Date =>
    new Date(
      `${iso
        .replace(' ', 'T')
        .replace(/(?:Z|\.\d+)$/, '')
        .slice(0, 19)}${iso.length > 10 ? 'Z' : 'T00:00:00Z'}`,
    );
  const day = (iso: string): string => {
    const date = utc(iso.slice(0, 10));
    return date.getUTCFullYear() === new Date().getFullYear()
      ? dayMonth.format(date)
      : dayMonthYear.format(date);
  };

  return {
    full,
    short(unit, value) {
      if (value === null) return NONE;
      if (unit === 'money') return Math.abs(value) < 1000 ? money.format(value) : moneyShort.format(value);
      if (['share', 'ratio', 'seconds', 'days', 'hours', 'months'].includes(unit ?? ''))
        return full(unit, value);
      return Math.abs(value) < 10_000 ? tenth.format(value) : short.format(value);
    },
    change(unit, now, before) {
      if (now === null || before === null) return undefined;
      const sign = (text: string, change: number): string =>
        change > 0 ? `+${text}` : text.replace('-', '−');
      if (unit === 'share') {
        const points = (now - before) * 100;
        return Math.abs(points) < 0.05
          ? `0 ${words.pp}`
          : sign(`${tenth.format(points)} ${words.pp}`, points);
      }
      if (before === 0) return now === 0 ? percent.format(0) : undefined;
      const change = (now - before) / Math.abs(before);
      return sign(percent.format(Math.abs(change) >= 0.1 ? Math.round(change * 100) / 100 : change), change);
    },
    count: (value) => whole.format(value),
    cell(member, value) {
      if (value === null || value === undefined || value === '') return NONE;
      if (member.type === 'time') return time.format(utc(String(value)));
      if (member.kind === 'measure' || member.unit !== undefined) return full(member.unit, numberOf(value));
      return String(value);
    },
    day,
    moment: (iso) => time.format(utc(iso)),
    range: (from, to) => (from === to ? day(from) : `${day(from)} – ${day(to)}`),
    bucket(iso, granularity) {
      const date = utc(iso.slice(0, 10));
      if (granularity === 'month') return monthYear.format(date);
      if (granularity === 'quarter')
        return `${words.q}${Math.floor(date.getUTCMonth() / 3) + 1} ${date.getUTCFullYear()}`;
      if (granularity === 'year') return String(date.getUTCFullYear());
      return dayMonth.format(date);
    },
  };
}

/** Formats of the platform take long to make, and every cell of a table needs them. */
const MADE = new Map<string, Format>();

export function useFormat(): Format {
  const { language, locale } = useLanguage();
  const { currency } = useAccount();
  const key = `${language} ${locale} ${currency}`;
  const known = MADE.get(key) ?? makeFormat(language, locale, currency);
  MADE.set(key, known);
  return known;
}
