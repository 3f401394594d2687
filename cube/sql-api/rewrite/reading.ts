import type { ColumnRef, FuncCall, RangeVar } from 'libpg-query';

import type { ViewTable } from '../columns.ts';
import type { AggregateUse } from './aggregate-use.ts';
import type { Found, GroupedFlow } from './scope.ts';
import { SourceText } from './source-text.ts';
import { ViewSource } from './view-source.ts';

/** What is found out about one statement while its tree is read, before Cube is asked. */
export class Reading {
  readonly text: SourceText;
  readonly sources: ViewSource[] = [];
  readonly columns = new Map<ColumnRef, Found>();
  readonly aggregates = new Map<FuncCall, GroupedFlow>();
  /** Tables that were looked at. */
  readonly seen = new Set<RangeVar>();
  readonly uses: AggregateUse[] = [];
  /** What can be judged only once the measures' formulas are known. Each refuses or does nothing. */
  readonly checks: (() => void)[] = [];
  readonly #views: readonly ViewTable[];

  constructor(text: string, views: readonly ViewTable[]) {
    this.text = new SourceText(text);
    this.#views = views;
  }

  /** The view of that name; case counts only where it decides. */
  view(name: string): ViewTable | undefined {
    const exact = this.#views.find((view) => view.name === name);
    if (exact !== undefined) return exact;
    const alike = this.#views.filter((view) => view.name.toLowerCase() === name.toLowerCase());
    return alike.length === 1 ? alike[0] : undefined;
  }

  source(view: ViewTable): ViewSource {
    const source = new ViewSource(view, this.sources.length + 1);
    this.sources.push(source);
    return source;
  }
}
