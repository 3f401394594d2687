/** A query string as PHP reads it: `filter[id][]=1&filter[id][]=2` → `{filter: {id: {0: '1', 1: '2'}}}`. */
export interface PhpQuery {
  readonly [key: string]: string | PhpQuery;
}

type Building = { [key: string]: string | Building };

const keyForm = /^([^[]+)((?:\[[^\]]*\])*)$/;

/** Parses a query string; keys PHP would not take as arrays stay plain. */
export function parseQuery(search: string): PhpQuery {
  const root: Building = {};
  for (const [key, value] of new URLSearchParams(search)) {
    const match = keyForm.exec(key);
    const path =
      match === null
        ? [key]
        : [match[1] ?? key, ...[...(match[2] ?? '').matchAll(/\[([^\]]*)\]/g)].map((part) => part[1] ?? '')];
    let into = root;
    path.forEach((part, depth) => {
      const name = part === '' && depth > 0 ? String(nextIndex(into)) : part;
      if (depth === path.length - 1) {
        into[name] = value;
        return;
      }
      const below = into[name];
      into = typeof below === 'object' ? below : (into[name] = {});
    });
  }
  return root;
}

function nextIndex(list: Building): number {
  let next = 0;
  for (const key of Object.keys(list)) if (/^\d+$/.test(key) && Number(key) >= next) next = Number(key) + 1;
  return next;
}

/** The query string as PHP's `http_build_query` writes it: brackets percent-encoded, every list item with its index. */
export function buildQuery(query: PhpQuery): string {
  const parts: string[] = [];
  const walk = (value: string | PhpQuery, name: string) => {
    if (typeof value === 'string') {
      parts.push(`${encodeURIComponent(name)}=${encodeURIComponent(value).replaceAll('%20', '+')}`);
    } else
      for (const [key, below] of Object.entries(value)) walk(below, name === '' ? key : `${name}[${key}]`);
  };
  walk(query, '');
  return parts.join('&');
}

/** The values of `a=1`, `a[]=1&a[]=2` or `a[0]=1`. */
export function valuesOf(value: string | PhpQuery | undefined): string[] {
  if (value === undefined) return [];
  if (typeof value === 'string') return [value];
  return Object.values(value).filter((one) => typeof one === 'string');
}

/** The same, where a value may also be a comma list. */
export function listedValuesOf(value: string | PhpQuery | undefined): string[] {
  return valuesOf(value)
    .flatMap((one) => one.split(','))
    .filter((one) => one !== '');
}
