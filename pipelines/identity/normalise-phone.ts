import { parsePhoneNumberFromString, type CountryCode, type PhoneNumber } from 'libphonenumber-js/max';

export interface NormalPhone {
  /** `+74951234567`, or null when the text is no number. */
  readonly e164: string | null;
  readonly kind: 'mobile' | 'fixed' | 'toll_free' | 'other' | null;
  /** Why e164 is null; `unassigned_range` stands beside an e164 of the right length that no operator has been given. */
  readonly reason: PhoneReason | null;
}

export type PhoneReason = 'empty' | 'hidden' | 'not_a_number' | 'too_short' | 'too_long' | 'unassigned_range';

const HIDDEN =
  /^(anonymous|unknown|private|restricted|withheld|unavailable|blocked|hidden|asterisk|скрыт\S*|не определ\S*|<unknown>)$/i;

/**
 * A number as people and phone systems write it → E.164. `country` (ISO 3166) is assumed where the number does not say one.
 * Internal numbers must be sorted out before: to the numbering plan `101` is merely too short.
 */
export function normalisePhone(raw: string, country: string | null): NormalPhone {
  const text = bare(raw);
  if (text === '') return { e164: null, kind: null, reason: 'empty' };
  if (HIDDEN.test(text)) return { e164: null, kind: null, reason: 'hidden' };
  if (!/^\+?[\d\s().\-/]*\d/.test(text)) return { e164: null, kind: null, reason: 'not_a_number' };

  const found = readings(text, country);
  const valid = found.find((number) => number.isValid());
  if (valid !== undefined) return { e164: valid.number, kind: kindOf(valid), reason: null };
  const possible = found.find((number) => number.isPossible());
  if (possible !== undefined)
    return { e164: possible.number, kind: kindOf(possible), reason: 'unassigned_range' };
  return { e164: null, kind: null, reason: text.replace(/\D/g, '').length < 10 ? 'too_short' : 'too_long' };
}

/** The number out of `"Name" <number>`, `sip:number@host;user=phone` and `tel:number`. */
function bare(raw: string): string {
  const inner = /<([^<>]*)>\s*$/.exec(raw)?.[1] ?? raw;
  return inner
    .trim()
    .replace(/^(sips?|tel|callto):/i, '')
    .replace(/[@;].*$/, '')
    .trim();
}

/**
 * The number as the country's people read it, then as an international one without its plus: cloud systems send bare digits, and
 * `00` is how most of the world dials abroad.
 */
function readings(text: string, country: string | null): PhoneNumber[] {
  const national = parse(text, country);
  const digits = text.replace(/\D/g, '').replace(/^00/, '');
  const international = text.startsWith('+') ? undefined : parse(`+${digits}`, null);
  return [national, international].filter((number) => number !== undefined);
}

const parse = (text: string, country: string | null): PhoneNumber | undefined =>
  parsePhoneNumberFromString(text, {
    extract: false,
    ...(country !== null && { defaultCountry: country as CountryCode }),
  });

function kindOf(number: PhoneNumber): NonNullable<NormalPhone['kind']> {
  switch (number.getType()) {
    case 'MOBILE':
    case 'FIXED_LINE_OR_MOBILE':
      return 'mobile';
    case 'FIXED_LINE':
      return 'fixed';
    case 'TOLL_FREE':
      return 'toll_free';
    default:
      return 'other';
  }
}
