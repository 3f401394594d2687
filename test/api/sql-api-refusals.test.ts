import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { sqlApiOverMarts, type SqlApiOverMarts } from './sql-api-harness.ts';

let over: SqlApiOverMarts;
let client: pg.Client;

beforeAll(async () => {
  over = await sqlApiOverMarts();
  client = new pg.Client({ connectionString: over.url() });
  await client.connect();
});
afterAll(async () => {
  await client.end();
  expect(over.serverErrors).toEqual([]);
  await over.close();
});

const REFUSED: Readonly<Record<string, readonly string[]>> = {
  'what reads anything but the views and the catalog': [
    'select * from marts.fct_deals',
    'select * from fct_deals',
    'select 1 from deals where exists (select from raw.amocrm__leads)',
    'with x as (select * from ops.loads) select * from x',
    'with pg_stats as (select * from marts.fct_deals) select * from pg_stats',
    'select (select count(*) from conf.settings)',
    'select * from deals join lateral (select * from marts.dim_managers) m on true',
    'select 1 union all select count(*) from marts.fct_deals',
    'table marts.fct_deals',
    'select * from voronka_catalog.columns_of_roles',
    'select * from pg_authid',
    'select * from pg_statistic',
    'copy (select * from marts.fct_deals) to stdout',
    'explain select * from marts.fct_deals',
    'declare c cursor for select * from marts.fct_deals',
    'prepare p as select * from marts.fct_deals',
    'values ((select min(name) from marts.dim_managers))',
    'select null::marts.fct_deals',
    `select jsonb_populate_record(null::marts.fct_deals, '{}')`,
  ],
  'what writes or makes': [
    'insert into deals (deal_id) values (1)',
    'update deals set amount = 1',
    'delete from deals',
    'merge into deals using (select 1) x on true when matched then delete',
    'with x as (delete from deals returning *) select * from x',
    'create table t (a int)',
    'create temporary table t as select 1',
    'create local temporary table "#Tableau_1" (a int)',
    'select * into temporary t from deals',
    'create view v as select 1',
    `create function f() returns int language sql as 'select 1'`,
    'drop table deals',
    'alter table deals add x int',
    'truncate deals',
    'grant select on deals to public',
    `comment on table deals is 'x'`,
    'vacuum',
    'analyze deals',
    'refresh materialized view x',
    'do $$ begin perform 1; end $$',
    'call f()',
    'copy deals from stdin',
    'explain analyze insert into deals (deal_id) values (1)',
    'prepare w as delete from deals',
    'select nextval($$x$$)',
    'prepare transaction $$x$$',
  ],
  'what reaches files, other sessions, locks or a statement in a text': [
    `select pg_read_file('/etc/passwd')`,
    `select pg_ls_dir('.')`,
    `copy (select 1) to '/tmp/x'`,
    `copy (select 1) to program 'sh'`,
    `select lo_import('/etc/passwd')`,
    `select query_to_xml('select * from marts.fct_deals', true, true, '')`,
    `select table_to_xml('marts.fct_deals', true, true, '')`,
    `select ts_stat('select to_tsvector(name) from marts.dim_managers')`,
    `select pg_catalog.database_to_xml(true, true, '')`,
    'select pg_terminate_backend(1)',
    'select pg_cancel_backend(1)',
    'select pg_reload_conf()',
    'select pg_advisory_lock(1)',
    'select pg_try_advisory_xact_lock(1)',
    `select pg_notify('x', 'y')`,
    'listen x',
    'notify x',
    'lock table deals',
    'select * from deals for update',
    'select * from deals for key share',
    `load 'x'`,
    'select ops.keep_hints(null, null, null, null, null, null, null, null, null)',
    'select pg_stat_get_live_tuples(1)',
    'select pg_export_snapshot()',
    `select dblink_exec from pg_catalog.pg_logical_emit_message(true, 'a', 'b')`,
  ],
  'what changes rights or how statements are read': [
    'set role voronka',
    'set session authorization voronka',
    `set "role" = 'voronka'`,
    'set local role voronka',
    `select set_config('role', 'voronka', false)`,
    `select set_config('sea' || 'rch_path', 'marts', false)`,
    'set search_path to marts, public',
    `set search_path = 'public,marts'`,
    'set standard_conforming_strings = off',
    `set voronka.role = 'executive'`,
    `select set_config('voronka.role', 'executive', true)`,
    `set session_preload_libraries = 'x'`,
    `set work_mem = '100GB'`,
    'alter role voronka_reader superuser',
    'alter system set x = 1',
    `set transaction snapshot '1'`,
  ],
};

describe('refused with SQLSTATE 42501 and a sentence, over both protocols, is', () => {
  for (const [what, statements] of Object.entries(REFUSED)) {
    it(what, async () => {
      for (const statement of statements) {
        for (const config of [
          { text: statement },
          { text: statement, values: [], name: `s${Math.random()}` },
        ]) {
          const error = await client.query(config).then(
            () => 'was run',
            ({ code, message }: pg.DatabaseError) => ({ code, message }),
          );
          expect([statement, error]).toEqual([
            statement,
            { code: '42501', message: expect.stringMatching(/^[A-Z\w].{15,}/) },
          ]);
        }
      }
    });
  }
});

it('what pools and tools send by habit is taken', async () => {
  const habits = [
    'set extra_float_digits = 3',
    `set application_name = 'Metabase'`,
    'set session characteristics as transaction isolation level read committed',
    'set session characteristics as transaction read write',
    'begin read write; commit',
    'set client_min_messages to warning',
    `set datestyle = 'ISO'`,
    'set search_path = "public"',
    'set search_path to "$user", public',
    'set session authorization default; reset all; close all; unlisten *; discard plans',
    'set role none',
    'reset role',
    'show transaction_isolation',
    'show all',
    'select version(), current_user, current_database(), pg_backend_pid()',
    `select set_config('bytea_output', 'hex', false)`,
    'discard all',
    '',
    '-- nothing but a comment',
    ';;',
  ];
  for (const habit of habits) await client.query(habit);
  expect((await client.query('show transaction_read_only')).rows).toEqual([{ transaction_read_only: 'on' }]);
});

it('a refusal ends the transaction as any error does, and no statement after it in the same text is run', async () => {
  await client.query('begin');
  await expect(
    client.query('set datestyle = german; drop table deals; set datestyle = iso'),
  ).rejects.toMatchObject({ code: '42501' });
  await expect(client.query('select 1')).rejects.toMatchObject({ code: '25P02' });
  await client.query('rollback');
  expect((await client.query('show datestyle')).rows[0].DateStyle).toMatch(/^ISO/);
});

it('a syntax error is Postgres’ own, with its place in the client’s text', async () => {
  await expect(client.query('select 1 frm deals')).rejects.toMatchObject({ code: '42601', position: '14' });
  await expect(client.query('selec 1')).rejects.toMatchObject({ code: '42601', position: '1' });
});

it('what stands for a view in the database cannot be read past the SQL API', async () => {
  await expect(
    over.database.pool.query('set role voronka_reader; select * from public.deals'),
  ).rejects.toMatchObject({ code: '42501' });
});
