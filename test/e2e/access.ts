import { expect, it } from 'vitest';
import { openPage, settled, enter } from './browser.ts';
import type { Parts } from './parts.ts';

/** In and out. */
export function accessHolds({ demo, browser, token }: Parts): void {
  it('lets a user in with the password and out again, and an ended session see nothing', async () => {
    const watched = await openPage(browser());
    const { page } = watched;
    await page.goto(`${demo().url}/calls`);
    await page.fill('input[name=user]', 'demo');
    await page.fill('input[name=password]', demo().password);
    await page.click('button[type=submit]');
    await settled(page);
    expect(await page.textContent('h1')).toBe('Calls');
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Strict' });
    expect(await page.evaluate('document.cookie')).toBe('');

    await page.click('nav a:has-text("Funnel")');
    await settled(page);
    await page.click('.user-button');
    await page.click('.menu-item:has-text("Log out")');
    await page.waitForSelector('.login');
    const answer = await fetch(`${demo().url}/cubejs-api/v1/meta`, {
      headers: { authorization: 'session', cookie: `${cookie!.name}=${cookie!.value}` },
    });
    expect(answer.status).toBe(403);
    await page.goBack();
    await page.waitForSelector('.login');
    expect(watched.errors).toEqual([]);
    await watched.close();
  });

  it('takes the token of a link out of the address at once', async () => {
    const watched = await openPage(browser());
    await enter(watched.page, demo().url, token('manager'), '/funnel');
    expect(watched.page.url()).toBe(`${demo().url}/funnel`);
    expect(await watched.page.evaluate('JSON.stringify([localStorage, sessionStorage])')).not.toContain(
      'eyJ',
    );
    await watched.close();
  });
}
