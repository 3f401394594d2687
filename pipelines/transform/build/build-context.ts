import type { Client } from 'pg';
import type { Compiler } from '../compile/compiler.ts';
import { ModelNotBuiltError } from '../errors.ts';
import { Relation } from '../jinja/relation.ts';
import type { Manifest, ModelNode } from '../project/manifest.ts';
import { publishedSql } from '../compile/fingerprints.ts';
import { clockOfSql, type Changes, type Clock } from './changes.ts';
import type { Journal } from './journal.ts';
import type { ModelState } from './model-states.ts';
import type { Published } from './published.ts';
import type { ModelMode } from './report.ts';
import type { Watermark } from './watermark.ts';

/** Tables are built here, out of the readers' sight: the schema exists only inside the build's transaction. */
export const ASIDE_SCHEMA = 'voronka_build';

/** A model as this build made it. */
export interface Built {
  readonly model: ModelNode;
  readonly mode: ModelMode;
  readonly rows: number | null;
  /** Where this build's own queries read it: aside, or in its published place. */
  relation: Relation;
  /** Nothing it rests on had changed, and it was left as it was. */
  readonly isKept?: boolean;
  /** Of an incremental run that changed something: its rows, in a temporary table of the build's. */
  readonly changedRows?: Relation;
}

/** What one build knows while it runs. */
export class BuildContext {
  readonly client: Client;
  readonly manifest: Manifest;
  readonly compiler: Compiler;
  readonly journal: Journal;
  readonly watermark: Watermark;
  readonly states: ReadonlyMap<string, ModelState>;
  readonly fingerprints: ReadonlyMap<string, string>;
  readonly isFull: boolean;
  /** What stood before this build. */
  readonly published: Published;
  readonly changes: Changes;
  readonly built = new Map<string, Built>();
  /** Models whose columns are not those of the last build: incremental models below start anew. */
  readonly columnsChanged = new Set<string>();
  /** Models most of whose rows this build made: see mostly-new.ts. */
  readonly mostlyNew = new Set<string>();
  /** Source and transaction → whether most of its rows were written since. */
  readonly sourcesMostlyNew = new Map<string, boolean>();
  readonly #clocks = new Map<string, Clock>();

  constructor(parts: {
    client: Client;
    manifest: Manifest;
    compiler: Compiler;
    journal: Journal;
    watermark: Watermark;
    states: ReadonlyMap<string, ModelState>;
    fingerprints: ReadonlyMap<string, string>;
    isFull: boolean;
    published: Published;
    changes: Changes;
  }) {
    this.client = parts.client;
    this.manifest = parts.manifest;
    this.compiler = parts.compiler;
    this.journal = parts.journal;
    this.watermark = parts.watermark;
    this.states = parts.states;
    this.fingerprints = parts.fingerprints;
    this.isFull = parts.isFull;
    this.published = parts.published;
    this.changes = parts.changes;
  }

  model(name: string): ModelNode {
    const model = this.manifest.models.get(name);
    if (model === undefined) throw new Error(`${name} is not a model of the project`);
    return model;
  }

  readonly relationOf = (name: string): Relation =>
    this.built.get(name)?.relation ?? this.model(name).relation;

  isAside(built: Built): boolean {
    return built.relation.schema === ASIDE_SCHEMA;
  }

  aside(model: ModelNode): Relation {
    return new Relation(ASIDE_SCHEMA, model.name);
  }

  /** @throws ModelNotBuiltError when a model outside this build's selection is read and is not there. */
  requireParents(model: ModelNode): void {
    for (const ref of model.refs) {
      const parent = this.model(ref);
      if (parent.config.materialized === 'ephemeral') this.requireParents(parent);
      else if (!this.built.has(ref) && this.published.find(parent.relation) === undefined)
        throw new ModelNotBuiltError(model.name, ref);
    }
  }

  /** Whether the columns of anything under the model are not what they were. */
  hasChangedAncestor(model: ModelNode): boolean {
    return model.refs.some((ref) => this.columnsChanged.has(ref) || this.hasChangedAncestor(this.model(ref)));
  }

  /** Whether the same rows below mean the same rows in this model; `meta={'clock': 'day'}` says so where its SQL does not. */
  clockOf(name: string): Clock {
    const known = this.#clocks.get(name);
    if (known !== undefined) return known;
    const sql = publishedSql(this.manifest, this.compiler).get(name);
    const isDated = this.model(name).config.meta?.['clock'] === 'day';
    const clock = isDated ? 'day' : clockOfSql(`${sql?.full ?? ''}\n${sql?.incremental ?? ''}`);
    this.#clocks.set(name, clock);
    return clock;
  }
}
