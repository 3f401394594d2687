import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';

import type { SecurityContext } from '../../cube/access.ts';
import { readModel } from '../../cube/model-files.ts';
import { viewTables, type MetaView, type ViewTable } from '../../cube/sql-api/columns.ts';
import { cubeOverMarts, token, type CubeOverMarts } from './cube-harness.ts';
import { ANNA, TIME_ZONE } from './marts-fixture.ts';
import { rewriterOverModel, type RewriterOverModel } from './sql-rewrite-model.ts';

const MODEL = path.resolve(import.meta.dirname, '../../model');
const ROLES: SecurityContext[] = [
  { role: 'executive', teams: [], managers: [] },
  { role: 'head', teams: ['North'], managers: [] },
  { role: 'manager', teams: [], managers: [ANNA] },
  { role: 'analyst', teams: [], managers: [] },
];

let marts: CubeOverMarts;
let sql: RewriterOverModel;
let client: pg.Client;

beforeAll(async () => {
  marts = await cubeOverMarts();
  sql = await rewriterOverModel(readModel(MODEL).files, TIME_ZONE);
  client = new pg.Client({ connectionString: marts.database.url });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  await marts.close();
});

async function viewsOf(securityContext: SecurityContext): Promise<ViewTable[]> {
  const context = { securityContext, requestId: 'test' };
  const api = (await sql.compilerApi(context)) as { metaConfig(c: object, o: object): Promise<MetaView[]> };
  return viewTables(await api.metaConfig(context, { requestId: 'test' }));
}

async function overSql(statement: string, context: SecurityContext): Promise<string[]> {
  const outcome = await sql.rewrite(statement, context);
  if (outcome.kind === 'refused') throw new Error(`${outcome.reason}\n${statement}`);
  const { rows } = await client.query<unknown[]>({ text: outcome.text, rowMode: 'array' });
  return rows.map((row) => row.map(comparable).join(' | ')).sort();
}

const comparable = (value: unknown): string => {
  if (value === null || value === undefined) return '∅';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  if (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text)) return Number(text).toPrecision(12);
  return text.replace(/^(\d{4}-\d\d-\d\d)T/, '$1 ').replace(/\.000$/, '');
};

const names = readdirSync(path.join(MODEL, 'views')).flatMap((file) =>
  (parse(readFileSync(path.join(MODEL, 'views', file), 'utf8')) as { views: { name: string }[] }).views.map(
    ({ name }) => name,
  ),
);

/** Hours since a load go on between two questions, and REST keeps an answer for a second: what differs is asked again, after it. */
async function onceMore(compare: () => Promise<void>): Promise<void> {
  try {
    await compare();
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await compare();
  }
}

describe.each(ROLES)('for a session of role $role', (context) => {
  it.for(names)(
    'every measure of %s is over SQL what it is over REST, by text, by month and in all',
    async (name) => {
      const bearer = token(context.role, { teams: [...context.teams], managers: [...context.managers] });
      const view = (await viewsOf(context)).find((candidate) => candidate.name === name);
      const columns = view?.columns ?? [];
      const measures = columns.filter(({ kind }) => kind === 'measure').map((column) => column.name);
      if (measures.length === 0) {
        // A view that is not for this role: it is neither read nor taken for an empty table.
        const outcome = await sql.rewrite(`SELECT COUNT(*) FROM ${name}`, context);
        expect(outcome).toMatchObject({ kind: 'refused', sqlState: '42501' });
        return;
      }
      const byText = columns.filter(({ kind, type }) => kind === 'dimension' && type === 'text');
      const byTime = columns.find(({ kind, type }) => kind === 'dimension' && type === 'timestamp');
      const written = measures.map((measure) => `MEASURE("${measure}")`).join(', ');
      const members = measures.map((measure) => `${name}.${measure}`);
      const table = (rows: Record<string, unknown>[], key: string | undefined): string[] =>
        rows
          .map((row) =>
            [...(key ? [key] : []), ...members].map((member) => comparable(row[member])).join(' | '),
          )
          .sort();

      for (const { name: dimension } of [byText[0], byText.at(-1)].filter((column) => column !== undefined)) {
        const key = `${name}.${dimension}`;
        await onceMore(async () => {
          const rest = await marts.rows({ measures: members, dimensions: [key] }, bearer);
          expect(await overSql(`SELECT "${dimension}", ${written} FROM ${name} GROUP BY 1`, context)).toEqual(
            table(rest, key),
          );
        });
      }
      if (byTime !== undefined) {
        const key = `${name}.${byTime.name}`;
        const month = `CAST(DATE_TRUNC('month', "${byTime.name}") AS text)`;
        await onceMore(async () => {
          const rest = await marts.rows(
            { measures: members, timeDimensions: [{ dimension: key, granularity: 'month' }] },
            bearer,
          );
          expect(
            await overSql(`SELECT ${month}, ${written} FROM public.${name} GROUP BY 1`, context),
          ).toEqual(table(rest, `${key}.month`));
        });
      }
      await onceMore(async () => {
        const rest = await marts.rows({ measures: members }, bearer);
        expect(await overSql(`SELECT ${written} FROM ${name}`, context)).toEqual(table(rest, undefined));
      });
    },
  );
});
