import type { ClientBase } from 'pg';
import { literal, quote, type Relation } from '../jinja/relation.ts';
import type { ModelNode } from '../project/manifest.ts';
import { columnsOf } from './catalog.ts';

/** dbt's `persist_docs`: descriptions become comments, which BI tools show. */
export async function writeComments(client: ClientBase, model: ModelNode, relation: Relation): Promise<void> {
  const { relation: onRelation, columns: onColumns } = model.config.persist_docs ?? {};
  const kind = model.config.materialized === 'view' ? 'view' : 'table';
  const statements: string[] = [];
  if (onRelation && model.description !== '') {
    statements.push(`comment on ${kind} ${String(relation)} is ${literal(model.description.trim())}`);
  }
  if (onColumns) {
    const present = new Set((await columnsOf(client, relation)).map(({ name }) => name));
    for (const { name, description } of model.columns) {
      if (description === undefined || !present.has(name)) continue;
      statements.push(
        `comment on column ${String(relation)}.${quote(name)} is ${literal(description.trim())}`,
      );
    }
  }
  if (statements.length > 0) await client.query(statements.join(';\n'));
}
