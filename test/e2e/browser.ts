import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core';

/** Debian's package chromium. */
const CHROMIUM = '/usr/bin/chromium';
export const HAS_CHROMIUM = existsSync(CHROMIUM);
/** Kept after the run, to be looked at. */
const PICTURES = join(import.meta.dirname, '..', '..', '.voronka', 'screenshots');

export const launch = (): Promise<Browser> =>
  chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });

export interface Watched {
  readonly page: Page;
  /** What the browser's console called an error, and what the page threw. */
  readonly errors: string[];
  close(): Promise<void>;
}

/** A page in a session of its own. */
export async function openPage(browser: Browser, options: BrowserContextOptions = {}): Promise<Watched> {
  const context = await browser.newContext({
    viewport: { width: 1440, height: 900 },
    locale: 'en-GB',
    colorScheme: 'light',
    acceptDownloads: true,
    ...options,
  });
  const page = await context.newPage();
  page.setDefaultTimeout(90_000);
  const errors: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(`${message.text()} (${message.location().url})`);
  });
  page.on('pageerror', (error) => errors.push(error.message));
  return { page, errors, close: () => context.close() };
}

/** All blocks have their numbers, or say why not. */
export async function settled(page: Page): Promise<void> {
  await page.waitForSelector('.page, .state-whole');
  // Blocks ask once they are mounted: the queries of a page just opened may not have begun.
  await page.waitForTimeout(150);
  // Not by a script in the page: its policy lets none be made out of text.
  while ((await page.locator('.skeleton, .skeleton-text').count()) > 0) await page.waitForTimeout(100);
}

/** Opens the dashboard by a link with a token, as it is sent to somebody. */
export async function enter(page: Page, url: string, token: string, path = '/'): Promise<void> {
  await page.goto(`${url}${path}#token=${token}`);
  await settled(page);
}

export async function picture(page: Page, name: string, isWhole = true): Promise<void> {
  mkdirSync(PICTURES, { recursive: true });
  // Charts draw in a quarter of a second.
  await page.waitForTimeout(400);
  await page.screenshot({ path: join(PICTURES, `${name}.png`), fullPage: isWhole });
}

/** The names and addresses of the navigation, as this session sees it. */
export const pagesOf = (page: Page): Promise<{ name: string; path: string }[]> =>
  page.$$eval('.sidebar nav a', (links) =>
    links.map((link) => ({
      name: link.textContent ?? '',
      path: new URL((link as unknown as { href: string }).href).pathname,
    })),
  );

/** Numbers on the screen, by measure: those of cards and of an opened drawer. */
export const numbersOn = (
  page: Page,
  within = '.card',
): Promise<{ measure: string; value: string; text: string }[]> =>
  page.$$eval(`${within}[data-value]`, (cards) =>
    cards.map((card) => ({
      measure: card.getAttribute('data-measure') ?? '',
      value: card.getAttribute('data-value') ?? '',
      text: card.textContent ?? '',
    })),
  );
