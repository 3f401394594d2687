import { gzipSync } from 'node:zlib';
import { enter, HAS_CHROMIUM, launch, openPage, pagesOf, settled } from '../e2e/browser.ts';
import { startDemoCompany } from '../e2e/demo-company.ts';

const LEADS = 10_000;
const ROUNDS = 3;
const median = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;

/**
 * The dashboard over the demo's company, in a browser without a cache: until the first paint and the first number (bound 1.5 s), until
 * each page has all its data (bound 1 s), and the JavaScript of the first load, gzipped (bound 350 kB).
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
      const times: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        // Another period each time, so that nothing was asked before.
        await page.goto(`${demo.url}${path}?period=${['month', '90-days', 'year'][round]}`);
        const started = await page.evaluate<number>('performance.now()');
        await page.waitForSelector('.page');
        // Watched by the browser at each frame: asking it all the time would be work of its own.
        await page.waitForSelector('.skeleton, .skeleton-text', { state: 'detached' });
        times.push((await page.evaluate<number>('performance.now()')) - started);
      }
      console.log(`${name.padEnd(22)} all data after ${Math.round(median(times))} ms (bound 1000)`);
    }
  } finally {
    await browser.close();
    await demo.stop();
  }
}
