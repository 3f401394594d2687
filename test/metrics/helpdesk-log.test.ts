import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openWholeWay, type WholeWay } from '../harness/whole-way.ts';
import { writeHelpdeskAccount, type HelpdeskCase } from './helpdesk-log.ts';

const DATA = join(import.meta.dirname, '../../../shared/data/helpdesk_eventlog');

describe.skipIf(!existsSync(DATA))(
  'A real event log as stage history (skipped without ../shared/data/helpdesk_eventlog)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'voronka-helpdesk-'));
    let way: WholeWay;
    let cases: HelpdeskCase[];

    beforeAll(async () => {
      cases = writeHelpdeskAccount(DATA, folder);
      way = await openWholeWay({ dataDir: folder, timeZone: 'UTC', currency: 'EUR' });
      await way.sync();
      await way.build();
    }, 180_000);

    afterAll(async () => {
      await way?.stop();
      rmSync(folder, { recursive: true, force: true });
    });

    it('keeps 4,580 deals', async () => {
      const [row] = await way.ask({ measures: ['funnel.leads_new'] });
      expect(Number(row!['funnel.leads_new'])).toBe(4_580);
    });

    it('gives 226 distinct stage sequences, one for each variant another tool found', async () => {
      const { rows } = await way.warehouse.pool.query<{ crm_id: string; path: string }>(
        `select d.crm_id, string_agg(s.stage_id, '>' order by s.stay_no) as path
       from marts.fct_deal_stage_stays s join marts.fct_deals d using (deal_id) group by d.crm_id`,
      );
      const variantOf = new Map(cases.map(({ leadId, variant }) => [String(leadId), variant]));
      const variantsOfPath = new Map<string, Set<string>>();
      const pathsOfVariant = new Map<string, Set<string>>();
      for (const { crm_id: id, path } of rows) {
        const variant = variantOf.get(id)!;
        variantsOfPath.set(path, (variantsOfPath.get(path) ?? new Set()).add(variant));
        pathsOfVariant.set(variant, (pathsOfVariant.get(variant) ?? new Set()).add(path));
      }
      expect(rows).toHaveLength(4_580);
      expect(variantsOfPath.size).toBe(226);
      expect(pathsOfVariant.size).toBe(226);
      expect([...variantsOfPath.values(), ...pathsOfVariant.values()].every(({ size }) => size === 1)).toBe(
        true,
      );
    });

    it('gives a mean throughput of 40.858 days', async () => {
      const { rows } = await way.warehouse.pool.query<{ days: string }>(
        `select avg(extract(epoch from last - first)) / 86400 as days
       from (select deal_id, min(entered_at) as first, max(entered_at) as last from marts.fct_deal_stage_stays group by deal_id) d`,
      );
      expect(Number(rows[0]!.days)).toBeCloseTo(40.858, 3);
    });
  },
);
