import { createHash } from 'node:crypto';
import type { Manifest, ModelNode } from '../project/manifest.ts';
import type { Compiler } from './compiler.ts';

/** The SQL of a model in both modes, over the published relations and with the watermark left out. */
export interface PublishedSql {
  readonly full: string;
  readonly incremental: string;
}

const rendered = new WeakMap<Manifest, ReadonlyMap<string, PublishedSql>>();

/** Of every model, rendered once per manifest. */
export function publishedSql(manifest: Manifest, compiler: Compiler): ReadonlyMap<string, PublishedSql> {
  const known = rendered.get(manifest);
  if (known) return known;
  const relationOf = (name: string): ModelNode['relation'] =>
    manifest.models.get(name)?.relation ?? missing(name);
  const result = new Map<string, PublishedSql>();
  for (const model of manifest.models.values()) {
    const isIncremental = model.config.materialized === 'incremental';
    result.set(model.name, {
      full: compiler.model(model, { relationOf }),
      incremental: isIncremental ? compiler.model(model, { relationOf, isIncremental }) : '',
    });
  }
  rendered.set(manifest, result);
  return result;
}

/**
 * What a model's rows depend on besides the data: its SQL in both modes (with the watermark left out), the settings that
 * shape its table, the fingerprints of what it reads, and the contents of the configuration tables it reads
 * (`contentHash`: source key → hash). When it changes, keeping the old rows would be wrong: the model is refreshed in full.
 */
export function fingerprints(
  manifest: Manifest,
  compiler: Compiler,
  contentHash: ReadonlyMap<string, string>,
): Map<string, string> {
  const result = new Map<string, string>();
  const sql = publishedSql(manifest, compiler);
  for (const model of manifest.models.values()) {
    const { materialized, unique_key, indexes, pre_hook, post_hook } = model.config;
    const parts = [
      sql.get(model.name)?.full,
      sql.get(model.name)?.incremental,
      { relation: String(model.relation), materialized, unique_key, indexes, pre_hook, post_hook },
      [...model.refs].sort().map((ref) => [ref, result.get(ref)]),
      [...model.sources].sort().map((key) => [key, contentHash.get(key) ?? null]),
    ];
    result.set(model.name, createHash('sha256').update(JSON.stringify(parts)).digest('hex'));
  }
  return result;
}

function missing(name: string): never {
  throw new Error(`${name} is not a model of the project`);
}
