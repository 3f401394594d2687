import type { Anomaly } from '../../demo/company/index.ts';
import type { Config } from '../../pipelines/config/index.ts';
import type { Warehouse } from '../../pipelines/warehouse/index.ts';
import { openCompany } from './oracle/company.ts';

/** A company with Cube over it: enough months for what was planted in it, enough deals for it to be seen. */
export interface DigestCompany {
  readonly config: Config;
  readonly warehouse: Pick<Warehouse, 'pool'>;
  /** Of Cube, and what signs its tokens. */
  readonly url: string;
  readonly secret: string;
  readonly anomalies: readonly Anomaly[];
  close(): Promise<void>;
}

export async function openDigestCompany(): Promise<DigestCompany> {
  const opened = await openCompany({}, { leads: 4_800, months: 8 });
  const { config, warehouse } = opened.way;
  const { anomalies } = opened.company.truth;
  return { config, warehouse, ...(await opened.way.api()), anomalies, close: () => opened.close() };
}
