import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import { parse } from 'yaml';
import { generateCompany, writeCompany, type Company } from '../../../demo/company/index.ts';
import { openWholeWay, type WholeWay } from '../../harness/whole-way.ts';
import { REGULATION } from './regulation.ts';
import { tellStory, type Configured, type Story } from './story/story.ts';

export interface OracleCompany {
  /** As it was made up, with what was planted in it. */
  readonly company: Company;
  readonly way: WholeWay;
  /** What its files tell, read without any of voronka's own code. */
  readonly story: Story;
  /** Names and addresses of people, none of which an analyst may see. */
  readonly persons: readonly string[];
  close(): Promise<void>;
}

interface Yaml extends Configured {
  readonly account: { readonly time_zone: string; readonly business_hours: object };
  readonly sources: readonly { readonly type: string }[];
  readonly meetings: object;
  readonly funnel: Configured['funnel'] & { readonly lead_source_field: string };
}

/** Where each kind of source of the company's configuration has its folder. */
const FOLDERS: Readonly<Record<string, (dir: string) => object>> = {
  asterisk: (dir) => ({ files: { path: join(dir, 'telephony') } }),
  maildir: (dir) => ({ path: join(dir, 'mail') }),
  calendar: (dir) => ({ calendars: [{ path: join(dir, 'calendar') }] }),
  files: (dir) => ({ folder: join(dir, 'files') }),
};

/**
 * A company whose history ended last midnight, so that what looks back from now has something to see; read and built once. The
 * same files are the oracle's. `sections` are added to its configuration.
 */
export async function openCompany(
  sections: object = {},
  size = { leads: 1_500, months: 14 },
): Promise<OracleCompany> {
  const dir = mkdtempSync(join(tmpdir(), 'voronka-oracle-'));
  const until = DateTime.now().setZone('Europe/Moscow').startOf('day').minus({ minutes: 7 });
  const company = generateCompany({ seed: 23, until: until.toJSDate(), ...size });
  writeCompany(company, dir);
  company.outside.write(dir);
  const yaml = parse(
    readFileSync(new URL('../../../demo/company/voronka.yaml', import.meta.url), 'utf8'),
  ) as Yaml;
  const { managers } = parse(readFileSync(join(dir, 'managers.yaml'), 'utf8')) as { managers: object[] };
  const way = await openWholeWay({
    dataDir: dir,
    timeZone: yaml.account.time_zone,
    currency: 'RUB',
    account: yaml.account,
    sections: { regulation: REGULATION, ...sections },
    leadSourceField: yaml.funnel.lead_source_field,
    funnel: yaml.funnel.steps as never,
    meetings: yaml.meetings,
    managers,
    sources: yaml.sources.slice(1).map((source) => ({ ...source, ...FOLDERS[source.type]?.(dir) })),
  });
  await way.sync();
  await way.build();
  const story = tellStory(dir, yaml, Date.now() / 1_000);
  return {
    company,
    way,
    story,
    persons: [...story.crm.users.flatMap(({ name, email }) => [name, email]), ...story.crm.contacts.map(({ name }) => name)], // prettier-ignore
    async close() {
      await way.stop();
      rmSync(dir, { recursive: true });
    },
  };
}
