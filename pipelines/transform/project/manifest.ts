import type { Place } from '../errors.ts';
import type { Jinja } from '../jinja/jinja.ts';
import type { Relation } from '../jinja/relation.ts';
import type { ModelConfig } from './model-config.ts';
import type { ColumnProperties, UnitTest } from './properties.ts';

export interface SourceTable {
  /** `source.table` as models name it. */
  readonly key: string;
  readonly relation: Relation;
}

export interface ModelNode {
  readonly name: string;
  /** Path from the project's folder. */
  readonly file: string;
  readonly fqn: readonly string[];
  readonly source: string;
  readonly config: ModelConfig;
  /** Where readers find it; an ephemeral model is only the name of a common table expression. */
  readonly relation: Relation;
  readonly description: string;
  readonly columns: readonly ColumnProperties[];
  /** Names of models it reads, in full or incremental mode. */
  readonly refs: readonly string[];
  /** Keys of the sources it reads. */
  readonly sources: readonly string[];
}

export interface DataTest {
  readonly name: string;
  readonly place: Place;
  readonly severity: 'error' | 'warn';
  /** The model it stands under in the .yml; singular tests have none. */
  readonly model: string | undefined;
  readonly refs: readonly string[];
  readonly sources: readonly string[];
  /** A generic test that looks at one model: how changed rows alone can show that nothing new fails it (see narrow-test.ts). */
  readonly generic: GenericTestShape | undefined;
  /** Renders the query that returns the failing rows. */
  readonly render: (lookup: Lookup) => string;
  /** A test of its own file that asks `of_changed_rows` can be rendered for the changed rows of the models (name → relation). */
  readonly renderChanged?: (lookup: Lookup, changedRows: Readonly<Record<string, string>>) => string;
}

export interface GenericTestShape {
  /** `not_null`, `unique`, … */
  readonly macro: string;
  /** The column it stands under, quoted; undefined under the model itself. */
  readonly column: string | undefined;
  readonly args: Readonly<Record<string, unknown>>;
  readonly hasWhere: boolean;
}

export interface UnitTestNode extends UnitTest {
  readonly place: Place;
}

/** Gives the relations that `ref` and `source` stand for in one rendering. */
export interface Lookup {
  readonly ref: (name: string) => Relation;
  readonly source: (source: string, table: string) => Relation;
}

/** A dbt project, parsed and checked: every ref and source is known, and there is no circle. */
export interface Manifest {
  readonly projectName: string;
  readonly jinja: Jinja;
  readonly vars: Readonly<Record<string, unknown>>;
  /** Parents before children. */
  readonly models: ReadonlyMap<string, ModelNode>;
  readonly sources: ReadonlyMap<string, SourceTable>;
  readonly tests: readonly DataTest[];
  readonly unitTests: readonly UnitTestNode[];
  readonly children: ReadonlyMap<string, readonly string[]>;
}
