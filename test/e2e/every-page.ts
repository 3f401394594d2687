import type { Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { seriousProblems } from './axe.ts';
import { enter, numbersOn, openPage, pagesOf, picture, settled } from './browser.ts';
import { asOnScreen, expectedOf } from './expected.ts';
import type { Parts } from './parts.ts';

// Moments move on between two askings; everything else must be equal to the last digit.
const MOVES = /hours_since_load|rejected_records|rows_loaded/;
const ROLES = ['executive', 'head', 'manager', 'analyst'] as const;

/** What a role sees of the company: each page, its numbers against REST, and nobody it may not see. */
export function everyPageHolds({ demo, browser, token, strangers }: Parts): void {
  it.each(ROLES)(
    'shows a session of role %s the numbers of REST, and nobody else’s, on every page',
    async (role) => {
      const watched = await openPage(browser());
      const { page, errors } = watched;
      await enter(page, demo().url, token(role));
      const pages = await pagesOf(page);
      expect(pages.length).toBeGreaterThan(role === 'executive' ? 13 : 11);
      const isForAll = role === 'executive' || role === 'analyst';
      expect(pages.some(({ path }) => path === '/economics')).toBe(isForAll);
      let compared = 0;
      for (const { name, path } of pages) {
        await page.click(`.sidebar nav a[href="${path}"]`);
        await settled(page);
        expect(await page.textContent('h1'), path).toBe(name);
        const failures = await page.$$eval('[role=alert]', (found) => found.map((one) => one.textContent));
        expect(failures, path).toEqual([]);
        compared += await compareCards(page, path);
        const text = (await page.textContent('body'))!;
        expect(
          strangers(role).filter((one) => text.includes(one)),
          path,
        ).toEqual([]);
        if (role === 'executive') await lookAt(page, path);
        else if (path === '/managers') await picture(page, `managers-${role}`);
      }
      expect(compared).toBeGreaterThan(40);
      expect(errors).toEqual([]);
      await watched.close();

      async function compareCards(page: Page, path: string): Promise<number> {
        const shown = (await numbersOn(page)).filter(({ measure }) => !MOVES.test(measure));
        const expected = await expectedOf(
          demo(),
          shown.map(({ measure }) => measure),
          { token: token(role) },
        );
        for (const { measure, value, text } of shown) {
          expect(`${measure} ${value}`, path).toBe(`${measure} ${asOnScreen(expected.get(measure))}`);
          // What is not defined is a dash, never a nought.
          expect(text.includes('—'), `${measure}: ${text}`).toBe(value === 'null');
        }
        return shown.length;
      }
    },
  );
}

/** A page that is there already, looked at in every way that asks for no other numbers: pictures, axe, dark, Russian, a phone. */
async function lookAt(page: Page, path: string): Promise<void> {
  await picture(page, path.slice(1) || 'overview');
  expect(await seriousProblems(page), path).toEqual([]);
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.waitForSelector('html[data-theme="dark"]', { state: 'attached' });
  expect(await seriousProblems(page, ['color-contrast']), `${path}, dark`).toEqual([]);
  await page.emulateMedia({ colorScheme: 'light' });

  const wide = page.viewportSize()!;
  await page.setViewportSize({ width: 390, height: 844 });
  const content = await page.evaluate<number>('document.documentElement.scrollWidth');
  expect(content, `${path}, on a phone`).toBeLessThanOrEqual(390);
  await page.setViewportSize(wide);
}
