import type { CatalogNames } from './catalog-names.ts';
import type { ExpressionCheck } from './expressions.ts';
import { Refusal } from './refusal.ts';
import { fieldsOf, texts, type Fields } from './tree.ts';

type Scope = ReadonlySet<string>;

/** Walks the tree of a query: which views it reads, and nothing it may not. Throws {@link Refusal}. */
export class SelectCheck {
  readonly #names: CatalogNames;
  readonly #views: ReadonlySet<string>;
  readonly #folded: ReadonlySet<string>;
  readonly #expressions: ExpressionCheck;
  readonly viewsRead = new Set<string>();

  constructor(names: CatalogNames, views: ReadonlySet<string>, expressions: ExpressionCheck) {
    this.#names = names;
    this.#views = views;
    this.#folded = new Set([...views].map((view) => view.toLowerCase()));
    this.#expressions = expressions;
  }

  walk(value: unknown, scope: Scope = new Set()): void {
    if (Array.isArray(value)) {
      for (const item of value) this.walk(item, scope);
      return;
    }
    if (typeof value !== 'object' || value === null) return;
    for (const [key, inner] of Object.entries(value)) {
      if (typeof inner !== 'object' || inner === null) continue;
      this.#node(key, inner as Fields, scope);
    }
  }

  #node(key: string, fields: Fields, scope: Scope): void {
    switch (key) {
      case 'SelectStmt':
        this.select(fields, scope);
        return;
      case 'RangeVar':
        this.#relation(fields, scope);
        return;
      case 'FuncCall':
        this.#expressions.call(fields);
        break;
      case 'TypeCast':
        this.#expressions.cast(fields);
        break;
      case 'typeName':
      case 'TypeName':
        this.#expressions.type(fields);
        break;
      case 'A_Expr':
        this.#expressions.operator(texts(fields['name']));
        break;
      case 'SortBy':
        this.#expressions.operator(texts(fields['useOp']));
        break;
      case 'SubLink':
        this.#expressions.operator(texts(fields['operName']));
        break;
      case 'ColumnRef':
        this.#expressions.column(fields);
        return;
      default:
        if (/Stmt$/.test(key)) throw new Refusal('Only reading is open to this session.');
    }
    this.walk(fields, scope);
  }

  select(fields: Fields, scope: Scope): void {
    if (fields['intoClause'] !== undefined) {
      throw new Refusal('SELECT INTO makes a table; only reading is open to this session.');
    }
    if (fields['lockingClause'] !== undefined) {
      throw new Refusal('FOR UPDATE and FOR SHARE lock rows; only reading is open to this session.');
    }
    const inner = this.#withClause(fields['withClause'] as Fields | undefined, scope);
    for (const [key, value] of Object.entries(fields)) {
      if (key === 'withClause') continue;
      if (key === 'larg' || key === 'rarg') this.select(value as Fields, inner);
      else this.walk(value, inner);
    }
  }

  /** The names queries below may use: each of the WITH list after its own query, unless it is RECURSIVE. */
  #withClause(clause: Fields | undefined, scope: Scope): Scope {
    if (clause === undefined) return scope;
    const queries = (clause['ctes'] as unknown[]).map((cte) => fieldsOf(cte, 'CommonTableExpr') ?? {});
    const names = queries.map((cte) => cte['ctename'] as string);
    let seen = new Set([...scope, ...(clause['recursive'] === true ? names : [])]);
    queries.forEach((cte, index) => {
      this.walk(cte, seen);
      seen = new Set([...seen, names[index]!]);
    });
    return seen;
  }

  #relation(fields: Fields, scope: Scope): void {
    const schema = fields['schemaname'] as string | undefined;
    const name = fields['relname'] as string;
    const parts = 1 + (schema === undefined ? 0 : 1) + (fields['catalogname'] === undefined ? 0 : 1);
    if (schema === undefined && scope.has(name)) return;
    const isView = this.#views.has(name) || this.#folded.has(name.toLowerCase());
    if ((schema === undefined || schema.toLowerCase() === 'public') && isView) {
      this.viewsRead.add(name);
      this.#expressions.tableKeyword(fields);
      return;
    }
    const rule =
      schema === 'information_schema'
        ? this.#names.informationSchema.get(name)
        : schema === undefined || schema === 'pg_catalog'
          ? this.#names.catalog.get(name)
          : undefined;
    const asked = schema === undefined ? name : `${schema}.${name}`;
    if (rule === undefined) {
      throw new Refusal(`There is no view "${asked}" here, and nothing else may be read.`, {
        hint: `The views are ${[...this.#views].sort().join(', ')}.`,
      });
    }
    if (rule === 'closed') throw new Refusal(`${asked} is not open to this session.`);
    if (rule === 'guarded') this.#expressions.relation(fields, parts, name);
  }
}
