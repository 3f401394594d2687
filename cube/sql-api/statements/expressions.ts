import { GUARDED_TYPES } from '../catalog/guarded-functions.ts';
import type { CatalogNames } from './catalog-names.ts';
import { TRANSLATED } from './functions.ts';
import { Refusal } from './refusal.ts';
import { checkSetting } from './settings.ts';
import { nameEnd, type Edit } from './splice.ts';
import { fieldsOf, texts, type Fields } from './tree.ts';

const GUARDED = new Set<string>(GUARDED_TYPES);
const HERE = 'voronka_catalog';
const SYSTEM_COLUMN = /\b(tableoid|xmin|xmax|cmin|cmax|ctid)\b/i;
const locationOf = (fields: Fields): number => (fields['location'] as number | undefined) ?? 0;

/** Looks at functions and types of a statement. Collects edits; throws {@link Refusal}. */
export class ExpressionCheck {
  readonly #names: CatalogNames;
  readonly #bytes: Buffer;
  readonly #timeoutMs: number;
  /** Where the relations of the catalog are found. */
  readonly #relations: string;
  readonly edits: Edit[] = [];
  readonly #done = new Set<Fields>();
  callsSetConfig = false;

  constructor(names: CatalogNames, text: string, timeoutMs: number) {
    this.#names = names;
    this.#bytes = Buffer.from(text);
    this.#timeoutMs = timeoutMs;
    this.#relations = SYSTEM_COLUMN.test(text) ? `${HERE}_system` : HERE;
  }

  call(fields: Fields): void {
    const name = texts(fields['funcname']);
    const last = name.at(-1) ?? '';
    const schema = name.length > 1 ? name.at(-2) : undefined;
    if (name.length > 2) throw closedFunction(name.join('.'));
    if (schema === 'information_schema' && last.startsWith('_pg_')) return;
    if (schema !== undefined && schema !== 'pg_catalog') throw closedFunction(name.join('.'));
    if (GUARDED.has(last)) {
      throw new Refusal(`The function ${last}() is not open to this session.`, {
        hint: `Write a cast: …::${last}.`,
      });
    }
    const rule = this.#names.functions.get(last);
    if (rule === undefined) {
      // A type's name may be called as a function, and means a cast.
      if (schema === undefined && (TRANSLATED.has(last) || this.#names.types.has(last))) return;
      throw new Refusal(`function ${name.join('.')} does not exist`, { sqlState: '42883' });
    }
    if (rule === 'closed') throw closedFunction(last);
    if (last === 'set_config') this.#setConfig(fields);
    if (rule === 'guarded') this.#replaceName(locationOf(fields), name.length, last);
  }

  /** A cast to the name of what a number stands for becomes one that is checked; a parameter's type stays what the client thinks. */
  cast(fields: Fields): void {
    const typeName = fields['typeName'] as Fields | undefined;
    if (typeName === undefined || fieldsOf(fields['arg'], 'ParamRef') === undefined) return;
    const name = texts(typeName['names']);
    const at = fields['location'] as number | undefined;
    if (!GUARDED.has(name.at(-1) ?? '') || at === undefined || this.#bytes[at] !== 58) return;
    this.#done.add(typeName);
    const end = nameEnd(this.#bytes, locationOf(typeName), name.length);
    this.edits.push({ from: end, to: end, text: `::${HERE}.${name.at(-1)}` });
  }

  type(fields: Fields): void {
    if (this.#done.has(fields)) return;
    const name = texts(fields['names']);
    const last = name.at(-1) ?? '';
    const schema = name.length > 1 ? name.at(-2) : undefined;
    if (name.length === 0 || schema === 'information_schema') return;
    if (name.length > 2 || (schema !== undefined && schema !== 'pg_catalog') || fields['pct_type'] === true) {
      throw new Refusal(`The type ${name.join('.')} is not open to this session.`);
    }
    if (!this.#names.types.has(last)) {
      throw new Refusal(`type "${name.join('.')}" does not exist`, { sqlState: '42704' });
    }
    if (GUARDED.has(last)) this.#replaceName(locationOf(fields), name.length, last);
  }

  operator(name: readonly string[]): void {
    if (name.length > 1 && name[0] !== 'pg_catalog') {
      throw new Refusal(`The operator ${name.join('.')} is not open to this session.`);
    }
  }

  /** `pg_catalog.pg_class.oid`: the relation has moved. */
  column(fields: Fields): void {
    const list = fields['fields'];
    if (!Array.isArray(list) || list.length < 3) return;
    const [schema, relation] = texts(list);
    const rules = schema === 'pg_catalog' ? this.#names.catalog : this.#names.informationSchema;
    if (schema !== 'pg_catalog' && schema !== 'information_schema') return;
    if (rules.get(relation ?? '') === 'guarded') {
      const from = locationOf(fields);
      this.edits.push({ from, to: nameEnd(this.#bytes, from, 1), text: this.#relations });
    }
  }

  relation(fields: Fields, parts: number, name: string): void {
    this.#replaceName(locationOf(fields), parts, name, this.#relations);
  }

  /** `TABLE deals` becomes `SELECT * FROM deals`: what is compiled for a view is a query, which cannot stand after TABLE. */
  tableKeyword(fields: Fields): void {
    const before = this.#bytes.toString('latin1', 0, locationOf(fields));
    const found = /\btable(\s+(?:only\s+)?)$/i.exec(before);
    if (found) this.edits.push({ from: found.index, to: found.index + 5, text: 'SELECT * FROM' });
  }

  #replaceName(from: number, parts: number, name: string, schema = HERE): void {
    this.edits.push({
      from,
      to: nameEnd(this.#bytes, from, parts),
      text: `${schema}."${name.replaceAll('"', '""')}"`,
    });
  }

  #setConfig(fields: Fields): void {
    const args = fields['args'] as unknown[] | undefined;
    const [setting, value] = (args ?? []).map(constant);
    if (setting === undefined || value === undefined) {
      throw new Refusal('set_config() is called here with a name and a value written out only.', {
        hint: 'Write SET name = value.',
      });
    }
    this.callsSetConfig = true;
    const instead = checkSetting({ name: setting, values: [value] }, this.#timeoutMs);
    if (instead !== undefined) {
      throw new Refusal(`The setting ${setting} cannot become ${value}; at most ${instead}.`);
    }
  }
}

/** The text of a constant, cast or not. */
function constant(node: unknown): string | undefined {
  const cast = fieldsOf(node, 'TypeCast');
  if (cast) return constant(cast['arg']);
  const value = fieldsOf(node, 'A_Const');
  if (!value) return undefined;
  const { sval, ival, boolval, fval } = value as {
    sval?: { sval?: string };
    ival?: { ival?: number };
    boolval?: { boolval?: boolean };
    fval?: { fval?: string };
  };
  if (sval) return sval.sval ?? '';
  if (ival) return String(ival.ival ?? 0);
  if (fval) return fval.fval;
  return boolval ? String(boolval.boolval ?? false) : undefined;
}

export { constant as constantText };

function closedFunction(name: string): Refusal {
  return new Refusal(
    `The function ${name}() is not open to this session: it reads or changes more than the views.`,
  );
}
