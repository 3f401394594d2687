import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CATALOGUE } from './catalogue.ts';
import { companyBooks } from './company-books.ts';
import { openCompany, type OracleCompany } from './company.ts';
import { Asked, compare } from './compare.ts';
import { KPIS } from './kpis/index.ts';
import { laws } from './laws.ts';
import { rebuilt } from './rebuilt.ts';
import { readModel } from '../../../cube/model-files.ts';
import { everyViewAsEveryRole } from '../../security/every-view.ts';

const CONTRACT = fileURLToPath(new URL('../../../../shared/KPI.md', import.meta.url));

let company: OracleCompany;
let asked: Asked;
const equal = new Map<string, number>();
const unequal = new Map<string, number>();

beforeAll(async () => {
  company = await openCompany();
  asked = new Asked(company.way, KPIS);
}, 600_000);

afterAll(async () => {
  const table = CATALOGUE.map((id) => {
    const same = equal.get(id) ?? 0;
    const all = same + (unequal.get(id) ?? 0);
    return `${id.padEnd(24)} ${all === 0 ? 'MISSING' : `${same} / ${all} values equal`}`;
  });
  console.log(`Every KPI over REST against its second computation\n\n${table.join('\n')}\n`);
  await company.close();
});

const named = KPIS.map((kpi) => [`${kpi.id}: ${kpi.measure} (${kpi.as})`, kpi] as const);

describe('a KPI over REST equals what the raw files say, per manager, team, month and in total', () => {
  it.each(named)('%s', async (_name, kpi) => {
    const outcome = await compare(asked, kpi, company.story);
    equal.set(kpi.id, (equal.get(kpi.id) ?? 0) + outcome.equal);
    unequal.set(kpi.id, (unequal.get(kpi.id) ?? 0) + outcome.differences.length);
    expect(outcome.differences.slice(0, 12)).toEqual([]);
    expect(outcome.equal).toBeGreaterThan(0);
  });
});

describe('the catalogue', () => {
  it('is compared whole', () => {
    const compared = new Set(KPIS.map(({ id }) => id));
    expect(CATALOGUE.filter((id) => !compared.has(id))).toEqual([]);
  });

  it.skipIf(!existsSync(CONTRACT))('has every id of the contract', () => {
    const ids = readFileSync(CONTRACT, 'utf8')
      .split(/^## A\./m)[1]
      ?.split('## Reports')[0]
      ?.split('\n')
      .filter((line) => /^\| [a-z]/.test(line) && !line.startsWith('| id'))
      .flatMap((line) => line.split('|')[1]?.match(/[a-z]+(_[a-z]+)+|cac|nps|margin|bonus/g) ?? []);
    expect([...new Set(ids)].filter((id) => !CATALOGUE.includes(id))).toEqual([]);
  });
});

companyBooks(() => company);

laws(() => company);

const MODEL = fileURLToPath(new URL('../../../model', import.meta.url));
everyViewAsEveryRole(() => company, [...readModel(MODEL).views]);

rebuilt(() => company);
