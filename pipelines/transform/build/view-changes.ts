import { Relation, quote } from '../jinja/relation.ts';
import type { ModelNode } from '../project/manifest.ts';
import { promiseOf } from '../project/view-promise.ts';
import type { BuildContext } from './build-context.ts';
import { runProjectSql } from './run-sql.ts';

/** What has changed of a relation's rows: nothing, the rows of another relation, or nobody knows what. */
export type ChangedRows = 'none' | Relation | 'unknown';

/**
 * What the builds since `through` have changed of the rows of views that promise what they are made of: the view's own query over the changed
 * rows of that, in a temporary table.
 */
export class ViewChanges {
  readonly #context: BuildContext;
  readonly #through: string;
  readonly #known = new Map<string, ChangedRows>();

  /** `through` (xid8 as text) is up to where the last build saw everything. */
  constructor(context: BuildContext, through: string) {
    this.#context = context;
    this.#through = through;
  }

  /** Of a model, whatever it is. */
  of(name: string): Promise<ChangedRows> {
    return this.#once(name, () => this.#find(name));
  }

  async #once(what: string, find: () => Promise<ChangedRows>): Promise<ChangedRows> {
    const known = this.#known.get(what);
    if (known !== undefined) return known;
    const changes = await find();
    this.#known.set(what, changes);
    return changes;
  }

  async #find(name: string): Promise<ChangedRows> {
    const { built, states, fingerprints } = this.#context;
    const found = built.get(name);
    if (found === undefined) return 'unknown';
    const { model, mode, rows, changedRows } = found;
    if (mode === 'incremental') return rows === 0 ? 'none' : (changedRows ?? 'unknown');
    const promised = promiseOf(model);
    // A view of another text has other rows.
    if (promised === undefined || states.get(name)?.fingerprint !== fingerprints.get(name)) return 'unknown';
    const below = new Map<string, ChangedRows>();
    for (const part of promised.rows_of)
      below.set(
        part,
        model.refs.includes(part)
          ? await this.of(part)
          : await this.#once(`source ${part}`, () => this.#ofSource(part)),
      );
    const changes = [...below.values()];
    if (changes.includes('unknown')) return 'unknown';
    return changes.every((change) => change === 'none') ? 'none' : this.#rowsOver(model, below);
  }

  async #ofSource(key: string): Promise<ChangedRows> {
    const { changes, manifest } = this.#context;
    const source = manifest.sources.get(key)?.relation;
    if (source === undefined || !changes.isStamped(key)) return 'unknown';
    if (!changes.source(key, this.#through)) return 'none';
    return this.#keep(
      `${key}__source`,
      `select * from ${String(source)} where loaded_xid >= '${this.#through}'::xid8`,
    );
  }

  async #rowsOver(model: ModelNode, below: ReadonlyMap<string, ChangedRows>): Promise<Relation> {
    const { compiler, manifest, relationOf } = this.#context;
    const relations = new Map<string, Relation>();
    for (const [part, changes] of below) {
      const whole = manifest.sources.get(part)?.relation ?? relationOf(part);
      if (changes === 'none')
        relations.set(
          part,
          await this.#keep(`${whole.identifier}__none`, `select * from ${String(whole)} limit 0`),
        );
      else if (changes !== 'unknown') relations.set(part, changes);
    }
    const sql = compiler.model(model, {
      relationOf: (name) => relations.get(name) ?? relationOf(name),
      sourceRelation: (key) => relations.get(key),
    });
    return this.#keep(`${model.name}__changed`, sql, model.file);
  }

  async #keep(name: string, sql: string, file = ''): Promise<Relation> {
    const { client } = this.#context;
    const relation = new Relation(
      'pg_temp',
      name.length > 63 ? `${name.slice(0, 50)}${name.slice(-13)}` : name,
    );
    const table = quote(relation.identifier);
    await runProjectSql(
      client,
      { what: `Changed rows (${name})`, file },
      sql,
      `create temporary table ${table} on commit drop as\n`,
    );
    await client.query(`analyze ${table}`);
    return relation;
  }
}
