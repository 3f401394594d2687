interface Text {
  readonly sql: string;
  /** The same length, with what stands in quotes and comments blanked out. */
  readonly mask: string;
}

interface Cte extends Text {
  readonly name: string;
}

/** What may follow a relation and is no alias of it. */
const KEYWORDS =
  /^(?:where|join|inner|left|right|full|cross|natural|on|using|group|order|having|limit|offset|fetch|for|union|intersect|except|window|tablesample)$/i;

/**
 * The query of a view with its common table expressions put where they are read, as subqueries. It means the same, and Postgres can look
 * into it: a view that begins with `with` is planned by itself, so that joining it by a key reads all of it whatever indexes its tables have.
 * Left as it is where an expression is read twice (it would be worked out twice; one that only imports a relation is no work), or where
 * the text is not of the usual form.
 */
export function dissolveCtes(sql: string): string {
  const parsed = parse({ sql, mask: blank(sql) });
  if (parsed === undefined) return sql;
  let { main } = parsed;
  const { ctes } = parsed;
  for (let index = ctes.length - 1; index >= 0; index--) {
    const cte = ctes[index];
    if (cte === undefined) continue;
    const readers = [...ctes.slice(index + 1), main];
    const reads = readers.reduce((sum, { mask }) => sum + [...mask.matchAll(reference(cte.name))].length, 0);
    if (reads > 1 && !isImport(cte)) return sql;
    for (let reader = index + 1; reader < ctes.length; reader++) {
      const later = ctes[reader];
      if (later) ctes[reader] = { name: later.name, ...inline(later, cte) };
    }
    main = inline(main, cte);
    // Its readers have it now; those between them and the end are dissolved already.
    ctes.splice(index, 1);
  }
  return main.sql.trim();
}

function parse({ sql, mask }: Text): { ctes: Cte[]; main: Text } | undefined {
  const begin = /^\s*with\s+(?!recursive\b)/i.exec(mask);
  // A second `with` may name the same things again; a list of relations with commas is read by nobody here.
  if (begin === null || /\bwith\s+\w+\s+as\s*\(/i.test(mask.slice(begin[0].length))) return undefined;
  if (/\bfrom\s+\w+(?:\s+(?:as\s+)?\w+)?\s*,/i.test(mask)) return undefined;
  const ctes: Cte[] = [];
  let at = begin[0].length;
  for (;;) {
    const head = /^\s*(\w+)\s+as\s+(?:not\s+materialized\s+)?\(/i.exec(mask.slice(at));
    if (head === null) return undefined;
    const from = at + head[0].length;
    const to = closing(mask, from);
    if (to === undefined) return undefined;
    ctes.push({ name: head[1] ?? '', sql: sql.slice(from, to), mask: mask.slice(from, to) });
    const next = /^\s*,/.exec(mask.slice(to + 1));
    at = to + 1 + (next?.[0].length ?? 0);
    if (next === null) return { ctes, main: { sql: sql.slice(at), mask: mask.slice(at) } };
  }
}

const reference = (name: string): RegExp => new RegExp(`\\b(from|join)(\\s+)${name}\\b(?!\\s*[.(])`, 'gi');

/** `select * from relation`, perhaps with a simple condition. */
const isImport = ({ mask }: Cte): boolean => /^\s*select\s+\*\s+from\s+[\w."]+\s*$/i.test(mask);

function inline(reader: Text, cte: Cte): Text {
  let sql = '';
  let mask = '';
  let done = 0;
  for (const match of reader.mask.matchAll(reference(cte.name))) {
    const name = match.index + (match[1]?.length ?? 0) + (match[2]?.length ?? 0);
    const after = name + cte.name.length;
    const follows = /^\s+(as\s+)?(\w+)/i.exec(reader.mask.slice(after));
    const hasAlias = follows !== null && (follows[1] !== undefined || !KEYWORDS.test(follows[2] ?? ''));
    const alias = hasAlias ? '' : ` as ${cte.name}`;
    sql += `${reader.sql.slice(done, name)}(${cte.sql})${alias}`;
    mask += `${reader.mask.slice(done, name)}(${cte.mask})${alias}`;
    done = after;
  }
  return { sql: sql + reader.sql.slice(done), mask: mask + reader.mask.slice(done) };
}

function closing(mask: string, from: number): number | undefined {
  let depth = 1;
  for (let at = from; at < mask.length; at++) {
    if (mask[at] === '(') depth += 1;
    if (mask[at] === ')') depth -= 1;
    if (depth === 0) return at;
  }
  return undefined;
}

/** Texts become x, comments blanks; a quoted name keeps its letters, for it may be a relation's. */
function blank(sql: string): string {
  return sql.replace(/'(?:[^']|'')*'|\$(\w*)\$[\s\S]*?\$\1\$|--[^\n]*|\/\*[\s\S]*?\*\//g, (found) =>
    (found.startsWith('-') || found.startsWith('/') ? ' ' : 'x').repeat(found.length),
  );
}
