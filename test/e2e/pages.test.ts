import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe } from 'vitest';
import type { Role } from '../../cube/auth.ts';
import { accessHolds } from './access.ts';
import { HAS_CHROMIUM, launch } from './browser.ts';
import { controlsHold } from './controls.ts';
import { startDemoCompany, type DemoCompany } from './demo-company.ts';
import { everyPageHolds } from './every-page.ts';
import { thisMonth } from './expected.ts';
import { exportsHold } from './exports.ts';
import type { Parts } from './parts.ts';
import { tablesHold } from './tables.ts';

/** Enough for every page to have numbers, few enough to be made and read in half a minute. */
const LEADS = 1_500;

// One company, one server and one browser for all that is tested in a browser.
describe.skipIf(!HAS_CHROMIUM)('the dashboard in a browser (Debian’s chromium)', () => {
  let demo: DemoCompany;
  let browser: Browser;
  const tokens = new Map<Role, string>();
  const strangers = new Map<Role, readonly string[]>();

  beforeAll(async () => {
    [demo, browser] = await Promise.all([startDemoCompany(LEADS), launch()]);
    const executive = demo.token('executive');
    const people = (
      await demo.ask(
        {
          dimensions: ['funnel.manager', 'funnel.manager_id', 'funnel.team'],
          measures: ['funnel.leads_new'],
          timeDimensions: [{ dimension: 'funnel.date', dateRange: thisMonth() }],
          filters: [{ member: 'funnel.manager_id', operator: 'set' }],
          order: { 'funnel.leads_new': 'desc' },
        },
        executive,
      )
    ).map((row) => ({
      id: String(row['funnel.manager_id']),
      name: String(row['funnel.manager']),
      team: String(row['funnel.team']),
    }));
    const one = people[0]!;
    const namesWithout = (isKnown: (person: (typeof people)[number]) => boolean): string[] =>
      people.filter((person) => !isKnown(person)).map(({ name }) => name);
    tokens.set('executive', executive);
    tokens.set('analyst', demo.token('analyst'));
    tokens.set('head', demo.token('head', { teams: [one.team] }));
    tokens.set('manager', demo.token('manager', { managers: [one.id] }));
    strangers.set(
      'analyst',
      namesWithout(() => false),
    );
    strangers.set(
      'head',
      namesWithout(({ team }) => team === one.team),
    );
    strangers.set(
      'manager',
      namesWithout(({ name }) => name === one.name),
    );
  }, 600_000);

  afterAll(async () => {
    await browser?.close();
    await demo?.stop();
  });

  const parts: Parts = {
    demo: () => demo,
    browser: () => browser,
    token: (role) => tokens.get(role)!,
    strangers: (role) => strangers.get(role) ?? [],
  };
  everyPageHolds(parts);
  tablesHold(parts);
  controlsHold(parts);
  exportsHold(parts);
  accessHolds(parts);
});
