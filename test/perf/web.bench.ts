import { gzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { enter, HAS_CHROMIUM, launch, openPage, pagesOf, settled } from '../e2e/browser.ts';
import { startDemoCompany } from '../e2e/demo-company.ts';

const LEADS = 10_000;
const ROUNDS = 3;
/** What a page opens with, and as long ones beside it; another one each time, so that nothing was asked before. */
const MONTHS = ['month', 'last-month', '30-days'];
/** And the most that is asked for at once. */
const YEARS = ['year', '12-months'];
const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * The dashboard over the demo's company, in a browser without a cache: until the first paint and the first number (bound 1.5 s), until
 * each page has all its data of a month, with which it opens (bound 1 s), and of a year, and the JavaScript of the first load, gzipped
 * (bound 350 kB).
 */
export async function webBench(): Promise<void> {
  if (!HAS_CHROMIUM) {
    console.log('skipped: needs chromium (Debian: apt-get install chromium)');
    return;
  }
  const demo = await startDemoCompany(LEADS);
  const browser = await launch();
  try {
    const { page } = await openPage(browser);
    await enter(page, demo.url, demo.token('executive'));

    const html = await (await fetch(demo.url, { headers: { accept: 'text/html' } })).text();
    const scripts = [...html.matchAll(/(?:src|href)="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path!);
    const sizes = await Promise.all(
      scripts.map(async (path) => gzipSync(await (await fetch(demo.url + path)).text(), { level: 9 }).length),
    );
    console.log(
      `initial JavaScript, gzipped: ${Math.round(sizes.reduce((sum, size) => sum + size, 0) / 1000)} kB (bound 350)`,
    );

    const [paints, numbers]: [number[], number[]] = [[], []];
    for (let round = 0; round < ROUNDS; round += 1) {
      await page.goto(demo.url);
      await page.waitForSelector('.card[data-value]');
      numbers.push(await page.evaluate<number>('performance.now()'));
      paints.push(
        await page.evaluate<number>(
          `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()`,
        ),
      );
      await settled(page);
    }
    console.log(`first contentful paint: ${Math.round(median(paints))} ms (bound 1500)`);
    console.log(`first number on the screen: ${Math.round(median(numbers))} ms`);

    for (const { name, path } of await pagesOf(page)) {
      const inAll = async (periods: readonly string[]): Promise<number> => {
        const times: number[] = [];
        for (const period of periods)
          times.push(await untilAllIsThere(page, `${demo.url}${path}?period=${period}`));
        return Math.round(median(times));
      };
      const [month, year] = [await inAll(MONTHS), await inAll(YEARS)];
      console.log(
        `${name.padEnd(22)} all data of a month after ${month} ms (bound 1000), of a year after ${year} ms`,
      );
    }
  } finally {
    await browser.close();
    await demo.stop();
  }
}

async function untilAllIsThere(page: Page, address: string): Promise<number> {
  await page.goto(address);
  const started = await page.evaluate<number>('performance.now()');
  await page.waitForSelector('.page');
  // Watched by the browser at each frame: asking it all the time would be work of its own.
  await page.waitForSelector('.skeleton, .skeleton-text', { state: 'detached' });
  return (await page.evaluate<number>('performance.now()')) - started;
}
