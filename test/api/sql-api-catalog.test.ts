import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { Role } from '../../cube/auth.ts';
import { createRewriter } from '../../cube/sql-api/rewrite/index.ts';
import { TIME_ZONE } from './marts-fixture.ts';
import { roleToken, sqlApiOverMarts, USERS, type SqlApiOverMarts } from './sql-api-harness.ts';

let over: SqlApiOverMarts;
const sessions = new Map<Role, pg.Client>();
const session = (role: Role): pg.Client => sessions.get(role)!;

beforeAll(async () => {
  over = await sqlApiOverMarts();
  for (const role of Object.keys(USERS) as Role[]) {
    const client = new pg.Client({ connectionString: over.url(role) });
    client.on('error', () => undefined);
    await client.connect();
    sessions.set(role, client);
  }
});
afterAll(async () => {
  for (const client of sessions.values()) await client.end();
  expect(over.serverErrors).toEqual([]);
  await over.close();
});

const texts = async (role: Role, sql: string): Promise<string[]> =>
  (await session(role).query<unknown[]>({ text: sql, rowMode: 'array' })).rows.map((row) =>
    row.map(String).join(' '),
  );

interface Meta {
  readonly cubes: {
    readonly name: string;
    readonly dimensions: { name: string; type: string; description: string; isVisible: boolean }[];
    readonly measures: {
      name: string;
      type: string;
      aggType: string;
      description: string;
      isVisible: boolean;
    }[];
    readonly segments: { name: string }[];
  }[];
}
const meta = async (role: Role): Promise<Meta['cubes']> =>
  ((await over.get('/meta', roleToken(role))).body as unknown as Meta).cubes;

describe('the catalog', () => {
  it('shows every role the views and columns that REST shows it, as tables of schema public', async () => {
    for (const role of Object.keys(USERS) as Role[]) {
      const expected = (await meta(role)).flatMap((view) =>
        [...view.dimensions, ...view.measures, ...view.segments].map(({ name }) => name.replace('.', ' ')),
      );
      const columns = `select table_name, column_name from information_schema.columns where table_schema = 'public'`;
      expect((await texts(role, columns)).sort()).toEqual(expected.sort());
      const attributes = `select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid
        join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and attnum > 0 and relkind = 'r'`;
      expect((await texts(role, attributes)).sort()).toEqual(expected.sort());
    }
    expect(
      await texts(
        'analyst',
        `select attname from pg_attribute where attrelid = 'deals'::regclass and attname = 'manager'`,
      ),
    ).toEqual([]);
  });

  it('announces for every column the type that its values come in', async () => {
    const announced = async (view: string) =>
      (
        await session('executive').query<{ name: string; oid: number }>(
          `select attname as name, atttypid::int8::int as oid from pg_attribute where attrelid = $1::regclass and attnum > 0 order by attnum`,
          [`public."${view}"`],
        )
      ).rows;
    const kinds = new Set<number>();
    for (const { name } of await meta('executive')) {
      const columns = await announced(name);
      const list = columns.map((column) => `"${column.name}"`).join(', ');
      const { fields } = await session('executive').query(`select ${list} from "${name}" limit 0`);
      const delivered = fields.map((field) => ({ name: field.name, oid: field.dataTypeID }));
      expect(delivered).toEqual(columns);
      for (const { oid } of columns) kinds.add(oid);
    }
    const { INT8, NUMERIC, TEXT, TIMESTAMP, BOOL } = pg.types.builtins;
    for (const oid of [INT8, NUMERIC, TEXT, TIMESTAMP, BOOL]) expect(kinds).toContain(oid);
  });

  it('gives columns the definition of the KPI as their comment', async () => {
    const { rows } = await session('executive').query<{ name: string; said: string | null }>(
      `select c.relname || '.' || attname as name, col_description(c.oid, attnum) as said
       from pg_attribute join pg_class c on c.oid = attrelid where relnamespace = 'public'::regnamespace and attnum > 0 and relkind = 'r'`,
    );
    const found = new Map(rows.map((row) => [row.name, row]));
    for (const view of await meta('executive')) {
      for (const { name, description } of view.dimensions)
        expect(found.get(name)!.said).toContain(description);
    }
    const said = await texts('head', `select obj_description('public.deals'::regclass, 'pg_class')`);
    expect(said[0]).toContain('Deals as they stand now');
  });

  it('tells of no other relation, in any text of any relation of the catalog', async () => {
    const hidden = /\b(fct_|dim_|stg_|raw\.|ops\.|marts\b|keep_hints|voronka_catalog\.\w*_of_roles|sql_log)/;
    const relations = await over.database.pool.query<{ name: string }>(
      `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       where n.nspname in ('pg_catalog', 'information_schema') and c.relkind in ('r', 'v')`,
    );
    let read = 0;
    for (const { name } of relations.rows) {
      const rows = await texts('executive', `select r::text from ${name} r`).catch(
        (error: { code: string }) => {
          expect([name, error.code]).toEqual([name, '42501']);
          return [];
        },
      );
      read += rows.length > 0 ? 1 : 0;
      const telling = rows.filter((row) => hidden.test(row) && !row.includes('search_path'));
      expect([name, telling]).toEqual([name, []]);
    }
    expect(read).toBeGreaterThan(60);
  });

  it('prints no name of what is hidden for its number, by cast or by function', async () => {
    const { rows } = await over.database.pool.query<{ oid: number; type: number; ns: number }>(
      `select oid::int8::int as oid, reltype::int8::int as type, relnamespace::int8::int as ns from pg_class where oid = 'marts.fct_deals'::regclass`,
    );
    const { oid, type, ns } = rows[0]!;
    const tries = [
      `${oid}::regclass`,
      `cast(${oid} as pg_catalog.regclass)`,
      `regclass '${oid}'`,
      `'${oid}'::regclass::text`,
      `array[${oid}]::regclass[]`,
      `'marts.fct_deals'::regclass`,
      `${type}::regtype`,
      `${ns}::regnamespace`,
      `to_regclass('marts.fct_deals')`,
      `format_type(${type}, null)`,
      `pg_catalog.format_type(${type}, -1)`,
      `obj_description(${oid}, 'pg_class')`,
      `pg_relation_size(${oid})`,
      `pg_total_relation_size('marts.fct_deals')`,
      `pg_relation_filepath(${oid})`,
      `(select x from json_to_record('{"x": "${oid}"}') as t (x regclass))`,
      `pg_describe_object(1259, ${oid}, 0)`,
      `regclass(${oid})`,
      `oidvectortypes('${type}'::oidvector)`,
    ];
    for (const one of tries) {
      const answer = await texts('executive', `select ${one}`).catch(() => ['refused']);
      expect([one, answer]).toEqual([one, [expect.stringMatching(/^(refused|null|-|)$/)]]);
    }
    await expect(session('executive').query('select $1::regclass', [oid])).rejects.toBeDefined();
    expect(
      await texts(
        'executive',
        `select 'deals'::regclass, to_regclass('public.deals'), '"public"."deals"'::regclass`,
      ),
    ).toEqual(['deals deals deals']);
  });

  it('knows a RowDescription’s tables: none for what is compiled', async () => {
    const { fields } = await session('executive').query('select deal_id, manager from deals');
    expect(fields.map(({ tableID, columnID }) => [tableID, columnID])).toEqual([
      [0, 0],
      [0, 0],
    ]);
  });

  it('makes a new column show without changing the number of another view', async () => {
    const numbers = await texts(
      'executive',
      `select relname, oid from pg_class where relnamespace = 'public'::regnamespace`,
    );
    const { installCatalog } = await import('../../cube/sql-api/catalog/install.ts');
    const { catalogSource } = await import('../../cube/sql-api/catalog/source.ts');
    const { asDelivered } = await import('../../cube/sql-api/catalog/delivered-types.ts');
    const compilerApi = (context: object): Promise<unknown> => over.cube.getCompilerApi(context);
    const plain = await catalogSource(compilerApi, 'voronka_reader');
    const { pool } = over.database;
    const rewriter = createRewriter({ compilerApi });
    const source = {
      ...plain,
      tables: await asDelivered(plain.tables, { pool, rewriter, timeZone: TIME_ZONE }),
    };
    const more = source.tables.map((table) =>
      table.name === 'deals'
        ? {
            ...table,
            columns: [
              ...table.columns,
              { name: 'novelty', kind: 'measure', type: 'int8', comment: 'New' } as const,
            ],
          }
        : table,
    );
    await installCatalog(over.database.pool, {
      ...source,
      tables: more,
      byRole: new Map([['executive', more]]),
    });
    expect(
      await texts(
        'executive',
        `select 1 from pg_attribute where attname = 'novelty' and attrelid = 'deals'::regclass`,
      ),
    ).toEqual(['1']);
    await installCatalog(over.database.pool, source);
    const after = await texts(
      'executive',
      `select relname, oid from pg_class where relnamespace = 'public'::regnamespace`,
    );
    const changed = (list: string[]): string[] => list.filter((row) => !row.startsWith('deals ')).sort();
    expect(changed(after)).toEqual(changed(numbers));
  });
});

describe('rights', () => {
  it('give every role the rows of every view that REST gives it', async () => {
    const compared = new Set<string>();
    for (const role of Object.keys(USERS) as Role[]) {
      for (const view of await meta(role)) {
        const names = view.dimensions
          .filter(({ name, type }) => type !== 'time' && !OF_THIS_MOMENT.has(name))
          .map(({ name }) => name);
        const columns = names.map((name) => `"${name.split('.')[1]}"`).join(', ');
        const { status, body } = await over.load({ dimensions: names, limit: 5_000 }, roleToken(role));
        // Marts that the hand-made company does not have.
        if (status !== 200) continue;
        compared.add(view.name);
        const rows = body.data ?? [];
        const overSql = (await texts(role, `select distinct ${columns} from ${view.name}`)).map(plain);
        const overRest = rows.map((row) => plain(names.map((name) => String(row[name])).join(' ')));
        expect(overSql.sort()).toEqual(overRest.sort());
        if (role === 'manager') expect(overSql.every((row) => !/Boris|Clara/.test(row))).toBe(true);
      }
    }
    expect([...compared]).toEqual(
      expect.arrayContaining(['activities', 'deals', 'funnel', 'stage_stays', 'tasks']),
    );
  });

  it('show an analyst no personal name, even asked for by name', async () => {
    for (const column of ['manager', 'client', 'deal']) {
      await expect(session('analyst').query(`select ${column} from deals`)).rejects.toBeDefined();
      await expect(
        session('analyst').query(`select deal_id from deals where ${column} is not null`),
      ).rejects.toBeDefined();
    }
    const { fields } = await session('analyst').query('table deals');
    expect(fields.map(({ name }) => name)).not.toContain('manager');
  });
});

/** What grows while the same question is asked another way. */
const OF_THIS_MOMENT = new Set(['regulation.days_since_contact']);
const plain = (row: string): string => row.replace(/(\d)\.0+(?=\s|$)/g, '$1');
