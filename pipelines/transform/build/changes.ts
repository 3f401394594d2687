import type { ClientBase } from 'pg';
import type { SourceTable, ModelNode } from '../project/manifest.ts';
import type { BuildContext } from './build-context.ts';
import type { Published } from './published.ts';

/** SQL whose answer may differ between two runs over the same rows. */
const VOLATILE =
  /\b(?:now\s*\(|current_(?:date|time|timestamp)\b|local(?:time|timestamp)\b|(?:clock|statement|transaction)_timestamp\s*\(|timeofday\s*\(|random\s*\(|gen_random_uuid|nextval|txid_|pg_current_|pg_snapshot)/i;

/** The day of the build in a time zone: the same for all builds of a quarter of an hour, for in every zone the day begins on one. */
const TODAY = /\(\s*now\(\)\s+at\s+time\s+zone\s+(?:\([^()]*\)|[\w.]+)\s*\)\s*::\s*date/gi;

/** When something was built last. */
export interface Since {
  /** Lowest transaction it may not have seen (xid8 as text). */
  readonly through: string;
  readonly buildId: string;
  /** Within the quarter of an hour that it is now. */
  readonly isOfThisQuarter: boolean;
}

/** How the answer of a query moves with the time alone: not at all, from day to day, or at any moment. */
export type Clock = 'none' | 'day' | 'moment';

/**
 * What this build has found to be changed, so that what rests on nothing but unchanged things is kept as it is. Raw rows carry the id of
 * the transaction that wrote them; a source without such a column counts as changed, a `conf` table is part of the fingerprint.
 * Rows deleted from a raw table by hand are not noticed (nothing here deletes any): that takes a build in full.
 */
export class Changes {
  /** Source → the newest transaction that wrote a row of it (null: no rows, or in the fingerprint). */
  readonly #newest = new Map<string, bigint | null>();
  readonly #models = new Map<string, boolean>();
  readonly #stamped = new Set<string>();

  static async read(
    client: ClientBase,
    sources: ReadonlyMap<string, SourceTable>,
    published: Published,
    hashed: ReadonlyMap<string, string>,
  ): Promise<Changes> {
    const changes = new Changes();
    const stamped: SourceTable[] = [];
    for (const source of sources.values()) {
      const found = published.find(source.relation);
      if (hashed.has(source.key) || found === undefined) changes.#newest.set(source.key, null);
      else if (found.columns.some(({ name, type }) => name === 'loaded_xid' && type === 'xid8'))
        stamped.push(source);
    }
    for (const { key } of stamped) changes.#stamped.add(key);
    if (stamped.length === 0) return changes;
    const { rows } = await client.query<{ newest: (string | null)[] }>(
      `select array[${stamped
        .map(
          ({ relation }) =>
            `(select t.loaded_xid::text from ${String(relation)} as t order by t.loaded_xid desc limit 1)`,
        )
        .join(',\n')}] as newest`,
    );
    for (const [index, { key }] of stamped.entries()) {
      const newest = rows[0]?.newest[index] ?? null;
      changes.#newest.set(key, newest === null ? null : BigInt(newest));
    }
    return changes;
  }

  /** A table the build itself fills: what earlier builds put there, they have used. */
  filled(key: string, added: number): void {
    this.#newest.set(key, added > 0 ? MAX : null);
  }

  model(name: string, isChanged: boolean): void {
    this.#models.set(name, isChanged);
  }

  /** Whether rows of the source carry the transaction that wrote them. */
  isStamped(key: string): boolean {
    return this.#stamped.has(key);
  }

  /** Whether rows of the source may have come since `through` (xid8 as text). */
  source(key: string, through: string): boolean {
    const newest = this.#newest.get(key);
    if (newest === undefined) return true;
    return newest !== null && newest >= BigInt(through);
  }

  /** Whether what a model (or test) reads may have other rows than when it was built through `through` in build `buildId`. */
  inputs(context: BuildContext, node: Pick<ModelNode, 'refs' | 'sources'>, since: Since): boolean {
    if (node.sources.some((key) => this.source(key, since.through))) return true;
    return node.refs.some((ref) => this.relation(context, ref, since));
  }

  relation(context: BuildContext, name: string, since: Since): boolean {
    const model = context.model(name);
    const { materialized } = model.config;
    const isView = materialized === 'view';
    // A view of another text has other rows over the same ones.
    if (isView && context.states.get(name)?.fingerprint !== context.fingerprints.get(name)) return true;
    if (isView || materialized === 'ephemeral')
      return isPast(context.clockOf(name), since) || this.inputs(context, model, since);
    const known = this.#models.get(name);
    if (known === true) return true;
    // Built by itself after the one that asks: it may know more.
    const state = context.states.get(name);
    return state === undefined || BigInt(state.buildId) > BigInt(since.buildId);
  }
}

const MAX = 2n ** 64n;

/** Looks for the clock, chance and the transaction itself; comments do not count. */
export function clockOfSql(sql: string): Clock {
  const code = sql.replace(/\/\*[\s\S]*?\*\/|--[^\n]*/g, ' ');
  if (!VOLATILE.test(code)) return 'none';
  return VOLATILE.test(code.replace(TODAY, ' ')) ? 'moment' : 'day';
}

/** Whether the time alone may have changed what was built then. */
export function isPast(clock: Clock, since: Pick<Since, 'isOfThisQuarter'>): boolean {
  return clock === 'moment' || (clock === 'day' && !since.isOfThisQuarter);
}
