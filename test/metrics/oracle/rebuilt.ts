import { describe, expect, it } from 'vitest';
import type { OracleCompany } from './company.ts';

/** These two say when the last build was; the rest is of the data. */
const OF_THE_BUILD = ['dim_last_build', 'fct_data_health'];

/** Every mart of the company, with rows from every source, after an incremental build and after a full one. */
export function rebuilt(company: () => OracleCompany): void {
  describe('an incremental build', () => {
    it('leaves every mart as a full build does', async () => {
      const { way } = company();
      const { pool } = way.warehouse;
      await way.build();
      const { rows: marts } = await pool.query<{ name: string }>(
        `select relname as name from pg_class
         where relnamespace = 'marts'::regnamespace and relkind in ('r', 'v') and relname <> all ($1) order by 1`,
        [OF_THE_BUILD],
      );
      await pool.query('create schema incremental');
      for (const { name } of marts)
        await pool.query(`create table incremental.${name} as table marts.${name}`);
      await way.build({ full: true });
      const different: string[] = [];
      for (const { name } of marts) {
        const { rows } = await pool.query<{ count: string }>(
          `select count(*) from ((table incremental.${name} except all table marts.${name}) union all (table marts.${name} except all table incremental.${name})) d`,
        );
        if (Number(rows[0]?.count) > 0) different.push(name);
      }
      expect(different).toEqual([]);
      expect(marts.length).toBeGreaterThan(30);
    }, 900_000);
  });
}
