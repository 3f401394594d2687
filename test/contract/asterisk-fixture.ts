import { asteriskSettings } from '../../pipelines/sources/asterisk/settings.ts';
import { advanceStream, openSource, type AdvanceResult } from '../../pipelines/sources/index.ts';
import { listRejects, migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase, type TestDatabase } from '../harness/database.ts';

export interface LandedLeg {
  readonly id: string;
  readonly start: string;
  readonly answer: string | null;
  readonly end: string;
  readonly call: string;
  readonly row: Record<string, string | null>;
}

export interface PbxBench {
  readonly warehouse: Warehouse;
  readonly database: TestDatabase;
  /** Opens the source, reads what is new and closes it: a sync. `maxPages` ends it after so many batches. */
  sync(settings: object, options?: SyncOptions): Promise<AdvanceResult>;
  legs(name?: string): Promise<LandedLeg[]>;
  rejects(): Promise<{ reason: string; payload: string }[]>;
  drift(): Promise<string[]>;
  /** Versions that newer ones replaced: none, as long as a row that is read again is the same. */
  superseded(): Promise<number>;
  close(): Promise<void>;
}

export interface SyncOptions {
  readonly environment?: NodeJS.ProcessEnv;
  readonly maxPages?: number;
  readonly backfill?: boolean;
}

export async function openPbxBench(): Promise<PbxBench> {
  const database = await createTestDatabase();
  const warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
  return {
    warehouse,
    database,
    async sync(settings, { environment = {}, maxPages, backfill = false } = {}) {
      const checked = asteriskSettings.parse({ type: 'asterisk', name: 'pbx', ...settings });
      const session = await openSource(checked, { warehouse, environment });
      try {
        return await advanceStream(session, 'cdr', {
          until: new Date(),
          ...(maxPages !== undefined && { maxPages }),
          ...(backfill && { range: { from: new Date(0), to: new Date() } }),
        });
      } finally {
        await session.close();
      }
    },
    async legs(name = 'pbx') {
      const { rows } = await warehouse.pool.query<LandedLeg>(
        `select id, payload->>'start_at' as start, payload->>'answer_at' as answer, payload->>'end_at' as "end",
           payload->>'call_key' as call, payload->'row' as row
         from raw.asterisk__cdr where account_id = $1 order by payload->>'start_at', id`,
        [name],
      );
      return rows;
    },
    rejects: async () =>
      (await listRejects(warehouse, { source: 'asterisk' })).map(({ reason, payload }) => ({
        reason,
        payload,
      })),
    async drift() {
      const { rows } = await warehouse.pool.query<{ name: string }>(
        `select name from ops.drift where source = 'asterisk' order by name`,
      );
      return rows.map(({ name }) => name);
    },
    async superseded() {
      const { rows } = await warehouse.pool.query<{ count: number }>(
        'select count(*)::int from raw.asterisk__cdr__history',
      );
      return rows[0]?.count ?? 0;
    },
    async close() {
      await warehouse.close();
      await database.drop();
    },
  };
}

/** A record as cdr_csv writes it: texts quoted with quotes doubled, numbers bare, an unset date empty. */
export function csvLine(fields: readonly (string | number | null)[]): string {
  return `${fields
    .map((field) => {
      if (field === null) return '';
      return typeof field === 'number' ? String(field) : `"${field.replaceAll('"', '""')}"`;
    })
    .join(',')}\n`;
}

export interface CallFields {
  readonly src?: string;
  readonly dst?: string;
  readonly clid?: string;
  readonly channel?: string;
  readonly dstchannel?: string;
  readonly lastapp?: string;
  readonly lastdata?: string;
  readonly start: string;
  readonly answer?: string | null;
  readonly end: string;
  readonly duration?: number;
  readonly billsec?: number;
  readonly disposition?: string;
  readonly uniqueid?: string;
  readonly linkedid?: string;
  readonly sequence?: number;
}

/** A record of Master.csv with 16, 18 or 21 columns. */
export function masterLine(call: CallFields, columns: 16 | 18 | 21): string {
  const uniqueid = call.uniqueid ?? '';
  return csvLine(
    [
      '',
      call.src ?? '+79161234567',
      call.dst ?? '101',
      'from-trunk',
      call.clid ?? '"Anna" <+79161234567>',
      call.channel ?? 'PJSIP/provider-00000001',
      call.dstchannel ?? 'PJSIP/101-00000002',
      call.lastapp ?? 'Dial',
      call.lastdata ?? 'PJSIP/101,30',
      call.start,
      call.answer ?? null,
      call.end,
      call.duration ?? 10,
      call.billsec ?? 0,
      call.disposition ?? 'NO ANSWER',
      'DOCUMENTATION',
      uniqueid,
      '',
      '',
      call.linkedid ?? uniqueid,
      call.sequence ?? 0,
    ].slice(0, columns),
  );
}
