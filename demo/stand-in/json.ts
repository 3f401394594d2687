/** An object as it comes out of a JSON text whose shape is not known yet. */
export type Json = Record<string, unknown>;

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value when it is an object, otherwise an empty one: `_embedded` and `params` may be absent or `[]` (PHP's empty object). */
export function objectOf(value: unknown): Json {
  return isObject(value) ? value : {};
}

/** The objects of a list; anything else gives an empty list. */
export function objectsOf(value: unknown): Json[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The integer, or `otherwise` for anything that is not a number. */
export function intOf(value: unknown, otherwise = 0): number {
  return typeof value === 'number' ? value : otherwise;
}
