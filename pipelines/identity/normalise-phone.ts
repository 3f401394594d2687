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

  // The number as the country's people read it, then as an international one without its plus: cloud systems send bare digits, and
  // `00` is how most of the world dials abroad. The second is worked out only where the first is no real number.
  const national = parse(text, country);
  const kind = kindOf(national);
  if (national !== undefined && kind !== null) return { e164: national.number, kind, reason: null };
  const digits = text.replace(/\D/g, '');
  const international = text.startsWith('+') ? undefined : parse(`+${digits.replace(/^00/, '')}`, null);
  const otherKind = kindOf(international);
  if (international !== undefined && otherKind !== null)
    return { e164: international.number, kind: otherKind, reason: null };
  const possible = [national, international].find((number) => number?.isPossible());
  if (possible !== undefined) return { e164: possible.number, kind: 'other', reason: 'unassigned_range' };
  return { e164: null, kind: null, reason: digits.length < 10 ? 'too_short' : 'too_long' };
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

const parse = (text: string, country: string | null): PhoneNumber | undefined =>
  parsePhoneNumberFromString(text, {
    extract: false,
    ...(country !== null && { defaultCountry: country as CountryCode }),
  });

/** Null when no numbering plan has the number. The full metadata knows every range, so asking for the type is asking for validity. */
function kindOf(number: PhoneNumber | undefined): NormalPhone['kind'] {
  switch (number?.getType()) {
    case undefined:
      return null;
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
