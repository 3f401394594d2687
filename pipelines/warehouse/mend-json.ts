/**
 * jsonb has no place for U+0000 and for halves of surrogate pairs (Postgres docs, 8.14 JSON Types). Both are replaced by U+FFFD, the
 * replacement character, everywhere they are written as escapes; nothing else of the text changes, so numbers keep every digit.
 * Returns the same string when there was nothing to mend.
 */
export function mendJson(json: string): string {
  return json.replace(ESCAPES, (escape: string, single: string | undefined) => {
    if (single === undefined) return escape;
    const code = Number.parseInt(single, 16);
    return code === 0 || (code >= 0xd800 && code <= 0xdfff) ? '\\ufffd' : escape;
  });
}

/** A whole surrogate pair, or one escape of a code unit, or any other escape: taken in this order an escaped backslash is never misread. */
const ESCAPES = /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|\\u([0-9a-fA-F]{4})|\\./gs;

/** Cheap test for the one case common enough to look for beforehand: forms filled by programs that pad with NUL. */
export function mayHoldNul(json: string): boolean {
  return json.includes('\\u0000');
}
