import { expect, it } from 'vitest';
import { seriousProblems } from './axe.ts';
import { enter, numbersOn, openPage, picture, settled } from './browser.ts';
import { asOnScreen, expectedOf, thisMonth } from './expected.ts';
import type { Parts } from './parts.ts';

/** Controls, opened numbers, languages, sizes, saved views. */
export function controlsHold({ demo, browser, token }: Parts): void {
  it('keeps filters in the address, so that a link shows the same numbers to another session', async () => {
    const first = await openPage(browser());
    await enter(first.page, demo().url, token('executive'), '/funnel');
    await first.page.click('.toolbar button:has-text("Team")');
    const team = await first.page.locator('.choices-list label').first().textContent();
    await first.page.locator('.choices-list input[type=checkbox]').first().check();
    await first.page.keyboard.press('Escape');
    await first.page.click('.toolbar button:has-text("Period")');
    await first.page.click('.choice:text-is("Last 90 days")');
    await settled(first.page);
    const address = new URL(first.page.url());
    expect(address.searchParams.getAll('team')).toEqual([team]);
    expect(address.searchParams.get('period')).toBe('90-days');
    const shown = await numbersOn(first.page);

    const second = await openPage(browser());
    await enter(second.page, demo().url, token('executive'), address.pathname + address.search);
    expect(await numbersOn(second.page)).toEqual(shown);
    const period = await second.page.textContent('.toolbar button:has-text("Period")');
    expect(period).toContain('Last 90 days');

    const from = new Date(`${thisMonth()[1]}T00:00:00Z`);
    from.setUTCDate(from.getUTCDate() - 89);
    const expected = await expectedOf(demo(), ['funnel.leads_new', 'funnel.close_rate'], {
      token: token('executive'),
      period: [from.toISOString().slice(0, 10), thisMonth()[1]],
      filters: [{ member: 'funnel.team', operator: 'equals', values: [team] }],
    });
    for (const [measure, value] of expected) {
      expect(shown.find((one) => one.measure === measure)?.value, measure).toBe(asOnScreen(value));
    }
    // Back is back.
    await first.page.goBack();
    await settled(first.page);
    expect(new URL(first.page.url()).searchParams.get('period')).toBe(null);
    await first.close();
    await second.close();
  });

  it('opens a number: definition, numerator, denominator, and as many rows as the denominator counts', async () => {
    const watched = await openPage(browser());
    const { page } = watched;
    await enter(page, demo().url, token('executive'), '/funnel');
    await page.click('.card[data-measure="funnel.close_rate"]');
    const drawer = page.locator('dialog.drawer');
    await drawer.locator('.table tbody tr').first().waitFor();
    await settled(page);
    const expected = await expectedOf(
      demo(),
      ['funnel.close_rate', 'funnel.deals_won', 'funnel.deals_closed'],
      {
        token: token('executive'),
      },
    );
    expect(await drawer.locator('.drawer-value').getAttribute('data-value')).toBe(
      asOnScreen(expected.get('funnel.close_rate')),
    );
    const parts = (await drawer.locator('.parts strong').allTextContents()).map((text) =>
      text.replace(/,/g, ''),
    );
    expect(parts).toEqual([
      asOnScreen(expected.get('funnel.deals_won')),
      asOnScreen(expected.get('funnel.deals_closed')),
    ]);
    expect(await drawer.textContent()).toContain('deals_won / (deals_won + deals_lost)');
    const rows = await drawer.locator('.table tbody tr').count();
    expect(rows).toBe(Math.min(100, Number(expected.get('funnel.deals_closed'))));
    const links = await drawer
      .locator('.table tbody a')
      .evaluateAll((all) => all.map((one) => one.getAttribute('href')));
    expect(links.length).toBe(rows);
    expect(links.every((link) => /^https?:\/\/.+\/leads\/detail\/\d+$/.test(link ?? ''))).toBe(true);
    expect(new URL(page.url()).searchParams.get('open')).toBe('funnel.close_rate');
    await picture(page, 'drawer', false);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    expect(watched.errors).toEqual([]);
    await watched.close();
  });

  it('speaks Russian: titles of the model, numbers and dates of the locale', async () => {
    const watched = await openPage(browser());
    const { page } = watched;
    await enter(page, demo().url, token('executive'));
    await page.click('.user-button');
    await page.click('button[lang=ru]');
    await settled(page);
    expect(await page.getAttribute('html', 'lang')).toBe('ru');
    expect(await page.textContent('h1')).toBe('Обзор');
    expect(await page.textContent('.card[data-measure="funnel.won_amount"]')).toMatch(/Объём продаж.*₽/s);
    await page.keyboard.press('Escape');
    await picture(page, 'overview-ru');
    await page.reload();
    await settled(page);
    expect(await page.textContent('h1')).toBe('Обзор');
    await watched.close();
  });

  it('is usable without sight or mouse as far as axe can tell, in the log-in and an opened number, too', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      const watched = await openPage(browser(), { colorScheme });
      const { page } = watched;
      await page.goto(demo().url);
      await page.waitForSelector('.login');
      expect(await seriousProblems(page), `log-in, ${colorScheme}`).toEqual([]);
      await enter(page, demo().url, token('executive'), '/funnel?open=funnel.close_rate');
      expect(await seriousProblems(page), `an opened number, ${colorScheme}`).toEqual([]);
      await watched.close();
    }
  });

  it('has the pages behind a button on a phone', async () => {
    const watched = await openPage(browser(), {
      viewport: { width: 390, height: 844 },
      isMobile: true,
      hasTouch: true,
    });
    const { page } = watched;
    await enter(page, demo().url, token('head'));
    await picture(page, 'phone', false);
    await page.click('button[aria-label="Menu"]');
    await page.click('.sidebar nav a[href="/meetings"]');
    await settled(page);
    expect(await page.textContent('h1')).toBe('Meetings');
    await watched.close();
  });

  it('saves a view under a name and goes back to it, after another log-in, too', async () => {
    const first = await openPage(browser());
    await enter(first.page, demo().url, token('executive'), '/calls?period=90-days');
    await first.page.click('button[aria-label="Saved views"]');
    await first.page.fill('.saved-views input[name=title]', 'Quarter of calls');
    await first.page.click('.saved-views button[type=submit]');
    await first.page.waitForSelector('.saved-views li a');
    await first.close();
    const second = await openPage(browser());
    await enter(second.page, demo().url, token('executive'));
    await second.page.click('button[aria-label="Saved views"]');
    await second.page.click('.saved-views li a');
    await settled(second.page);
    expect(second.page.url()).toBe(`${demo().url}/calls?period=90-days`);
    // Another's views are nobody else's.
    const other = await openPage(browser());
    await enter(other.page, demo().url, token('head'));
    await other.page.click('button[aria-label="Saved views"]');
    await other.page.waitForSelector('.saved-views');
    await other.page.waitForTimeout(300);
    expect(await other.page.locator('.saved-views li').count()).toBe(0);
    await second.close();
    await other.close();
  });

  it('turns pages by itself on the wall, and leaves it with Esc', async () => {
    const watched = await openPage(browser(), { viewport: { width: 1920, height: 1080 } });
    const { page } = watched;
    await enter(page, demo().url, token('executive'), '/?wall');
    expect(await page.isVisible('.sidebar')).toBe(false);
    await picture(page, 'wall', false);
    await page.keyboard.press('ArrowRight');
    await page.locator('h1:not(:text-is("Overview"))').waitFor();
    await page.keyboard.press('Escape');
    await page.waitForSelector('.sidebar', { state: 'visible' });
    await watched.close();
  });
}
