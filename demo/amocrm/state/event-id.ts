const digits = '0123456789abcdefghjkmnpqrstvwxyz';

function base32(value: number, length: number): string {
  let text = '';
  for (let rest = value, place = 0; place < length; place += 1, rest = Math.floor(rest / 32)) {
    text = digits.charAt(rest % 32) + text;
  }
  return text;
}

/**
 * An event id of the documented form (26 characters of Crockford's base 32, lower case, time first) that grows with the event's
 * time and then with its place in the file. Real ids end in randomness; these are the same on every start.
 */
export function eventId(createdAt: number, seq: number): string {
  return base32(createdAt * 1000, 10) + base32(seq, 16);
}
