import fc from 'fast-check';

/** Draws one of several. */
type Draw = <T>(...choices: readonly T[]) => T;

const DIMENSIONS = ['customer_gender', 'notes', 'has_subscription', 'is_male'];
const MEASURES: Readonly<Record<string, string>> = {
  count: 'sum',
  sumPrice: 'sum',
  avgPrice: 'avg',
  maxPrice: 'max',
  minPrice: 'min',
};

/**
 * Statements as BI tools build them, over the e-commerce cube of the corpus: derived tables within each other, groupings by
 * expressions, measures as MEASURE() or as plain aggregates that fit (and some that do not), conditions, unions, windows. No LIMIT: which
 * rows it leaves would be anybody's guess.
 */
export const statements: fc.Arbitrary<string> = fc.gen().map((gen) => {
  const draw: Draw = (...choices) => gen(fc.constantFrom, ...choices) as never;
  const grammar = new Grammar(draw);
  return grammar.statement();
});

class Grammar {
  readonly #draw: Draw;
  #aliases = 0;

  constructor(draw: Draw) {
    this.#draw = draw;
  }

  statement(): string {
    const kind = this.#draw(
      'grouped',
      'grouped',
      'grouped',
      'rows',
      'outer',
      'union',
      'cte',
      'joined',
      'subquery',
    );
    if (kind === 'rows') return this.#rows(this.#draw(0, 1, 2));
    if (kind === 'union') return `${this.#totals()} UNION ALL ${this.#totals()}`;
    if (kind === 'cte') {
      return `WITH q AS (${this.#rows(this.#draw(0, 1))}) ${this.#grouped('q', '')}`;
    }
    if (kind === 'outer') return this.#outer();
    if (kind === 'joined') return this.#joined();
    if (kind === 'subquery') {
      const inner = `SELECT notes FROM ${this.#view()} WHERE ${this.#condition('')} GROUP BY notes`;
      return `${this.#grouped(this.#view(), '', `notes ${this.#draw('IN', 'NOT IN')} (${inner} HAVING notes IS NOT NULL)`)}`;
    }
    const alias = this.#alias();
    return this.#grouped(`${this.#from(this.#draw(0, 1, 2, 3))} ${this.#quoted(alias)}`, alias);
  }

  #alias(): string {
    this.#aliases += 1;
    return `${this.#draw('rows', '_', '$Table', 'source', 't')}${this.#aliases}`;
  }

  #quoted(name: string): string {
    return /^[a-z0-9]+$/.test(name) && this.#draw(true, false) ? name : `"${name}"`;
  }

  #view(): string {
    return this.#draw(
      'KibanaSampleDataEcommerce',
      '"KibanaSampleDataEcommerce"',
      'public."KibanaSampleDataEcommerce"',
      '"public"."KibanaSampleDataEcommerce"',
    );
  }

  /** A relation with every column under its own name. */
  #from(depth: number): string {
    return depth === 0 ? this.#view() : `(${this.#rows(depth - 1)})`;
  }

  /** Rows of the view, through some levels that list all columns. */
  #rows(depth: number): string {
    const alias = this.#alias();
    const columns = ['id', 'order_date', ...DIMENSIONS, ...Object.keys(MEASURES), 'countDistinct'];
    const list = columns.map((column) => {
      const name = `"${column}"`;
      return this.#draw(name, name, `"${alias}".${name}`, `"${alias}".${name} AS ${name}`);
    });
    const where = this.#draw(true, false) ? ` WHERE ${this.#condition(alias)}` : '';
    return `SELECT ${list.join(', ')} FROM ${this.#from(depth)} "${alias}"${where}`;
  }

  #column(alias: string, column: string): string {
    return alias !== '' && this.#draw(true, false) ? `"${alias}"."${column}"` : `"${column}"`;
  }

  #condition(alias: string): string {
    const column = (name: string): string => this.#column(alias, name);
    const simple = (): string =>
      this.#draw(
        () => `${column('customer_gender')} = 'female'`,
        () => `NOT (${column('notes')} IS NULL)`,
        () => `${column('order_date')} >= TIMESTAMP '2022-06-13 00:00:00'`,
        () => `date_trunc('month', ${column('order_date')}) IN ('2022-06-01'::timestamp, '2022-07-01')`,
        () =>
          `strpos((case when ${column('notes')} is not null then ${column('notes')} else '' end), '1') > 0`,
        () => `${column('taxful_total_price')} BETWEEN 100 AND 500`,
        () => `(${column('is_male')} OR ${column('has_subscription')}) IN (TRUE, FALSE)`,
        () => `lower(${column('notes')}) LIKE '%note 1%'`,
        () => `${column('maxPrice')} > 400`,
      )();
    return this.#draw(
      () => simple(),
      () => `${simple()} AND ${simple()}`,
      () => `(${simple()} OR ${simple()})`,
      () => `NOT (${simple()})`,
    )();
  }

  #key(alias: string): string {
    const column = (name: string): string => this.#column(alias, name);
    return this.#draw(
      () => column('customer_gender'),
      () => column('notes'),
      () => `date_trunc('${this.#draw('month', 'quarter', 'year')}', ${column('order_date')})`,
      () => `(DATE_TRUNC('week', (${column('order_date')} + INTERVAL '1 day')) + INTERVAL '-1 day')`,
      () => `CAST(EXTRACT(YEAR FROM ${column('order_date')}) AS integer)`,
      () =>
        `CASE WHEN ${column('customer_gender')} IS NULL THEN 'нет' ELSE upper(${column('customer_gender')}) END`,
      () => `left(coalesce(${column('notes')}, ''), 6)`,
    )();
  }

  #aggregate(alias: string): string {
    const measure = this.#draw(...Object.keys(MEASURES));
    const m = this.#column(alias, measure);
    const fitting = MEASURES[measure] ?? 'sum';
    return this.#draw(
      () => `MEASURE(${m})`,
      () => `${fitting}(${m})`,
      () => `${fitting}(cast(${m} as decimal))`,
      () => `MEASURE(${this.#column(alias, 'countDistinct')})`,
      () => `COUNT(DISTINCT ${this.#column(alias, 'countDistinct')})`,
      () => 'COUNT(*)',
      () => `${fitting}(${m}) FILTER (WHERE ${this.#condition(alias)})`,
      () => `MEASURE(${m}) FILTER (WHERE ${this.#condition(alias)})`,
      () => `${fitting}(CASE WHEN ${this.#condition(alias)} THEN ${m} END)`,
      () => `SUM(${this.#column(alias, 'sumPrice')}) / NULLIF(SUM(${this.#column(alias, 'count')}), 0)`,
      () => `${this.#draw('sum', 'avg', 'min', 'max', 'count')}(${m})`,
      () => `MAX(${this.#column(alias, 'taxful_total_price')})`,
    )();
  }

  #grouped(from: string, alias: string, condition?: string): string {
    const keys = this.#draw([1], [1, 2]).map(() => this.#key(alias));
    const aggregates = this.#draw([1], [1, 2], [1, 2, 3]).map(
      (number) => `${this.#aggregate(alias)} AS a${number}`,
    );
    const list = [...keys.map((key, index) => `${key} AS k${index}`), ...aggregates].join(', ');
    const conditions = [condition ?? [], this.#draw(true, false) ? this.#condition(alias) : []].flat();
    const where = conditions.length > 0 ? ` WHERE ${conditions.join(' AND ')}` : '';
    const ordinals = keys.map((_key, index) => index + 1).join(', ');
    const names = keys.map((_key, index) => `k${index}`).join(', ');
    const by = this.#draw(
      ordinals,
      names,
      keys.join(', '),
      keys.join(', '),
      `ROLLUP(${ordinals})`,
      `CUBE(${names})`,
    );
    const having = this.#draw('', '', ' HAVING COUNT(1) > 0', ` HAVING ${this.#aggregate(alias)} > 3`);
    const order = this.#draw('', ' ORDER BY 1', ` ORDER BY ${keys.length + 1} DESC NULLS LAST`);
    return `SELECT ${list} FROM ${from}${where} GROUP BY ${by}${having}${order}`;
  }

  #totals(): string {
    return `SELECT '${this.#draw('a', 'b')}' AS what, SUM("sumPrice") AS s, MEASURE("count") AS c FROM ${this.#view()} WHERE ${this.#condition('')}`;
  }

  #outer(): string {
    const inner = `SELECT customer_gender, notes, sum("sumPrice") AS a0, count("count") AS a1, avg("avgPrice") AS a2 FROM ${this.#from(this.#draw(0, 1))} "x" GROUP BY 1, 2`;
    return this.#draw(
      `SELECT "_"."notes", "_"."a0" FROM (${inner}) "_" WHERE NOT "_"."a0" IS NULL`,
      `SELECT notes, SUM(a0), SUM(a1) FROM (${inner}) q GROUP BY notes`,
      `SELECT notes, MAX(a2), COUNT(*) FROM (${inner}) q GROUP BY notes`,
      `SELECT notes, AVG(a2) FROM (${inner}) q GROUP BY notes`,
      `SELECT notes, a0, SUM(a0) OVER (PARTITION BY notes), RANK() OVER (ORDER BY a1 DESC) FROM (${inner}) q`,
      `SELECT customer_gender FROM (${inner}) q WHERE a0 > (SELECT AVG(a0) FROM (${inner}) r)`,
    );
  }

  #joined(): string {
    const top = `SELECT notes AS n, MEASURE("sumPrice") AS s FROM ${this.#view()} GROUP BY 1 HAVING SUM("sumPrice") > 50000`;
    const fitting = this.#draw(
      'MEASURE("countDistinct")',
      'SUM("sumPrice")',
      'AVG(k."avgPrice")',
      'COUNT(*)',
    );
    return `SELECT k.notes, ${fitting} FROM ${this.#view()} k ${this.#draw('JOIN', 'LEFT JOIN')} (${top}) top ON k.notes = top.n GROUP BY k.notes`;
  }
}
