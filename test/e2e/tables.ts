import { expect, it } from 'vitest';
import { enter, numbersOn, openPage } from './browser.ts';
import { asOnScreen, expectedOf, thisMonth } from './expected.ts';
import type { Parts } from './parts.ts';

/** Rows, totals and averages of tables. */
export function tablesHold({ demo, browser, token }: Parts): void {
  it('shows in a table the rows that REST gives', async () => {
    const watched = await openPage(browser());
    const { page } = watched;
    await enter(page, demo().url, token('head'), '/calls');
    const block = page.locator('section.block', { hasText: 'By manager' }).first();
    const shown = await block
      .locator('tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => [
          row.querySelector('th')?.textContent ?? '',
          row.querySelector('[data-measure="calls.calls_total"]')?.getAttribute('data-value') ?? '',
        ]),
      );
    const rows = await demo().ask(
      {
        measures: ['calls.calls_total'],
        dimensions: ['calls.manager', 'calls.manager_id'],
        timeDimensions: [{ dimension: 'calls.date', dateRange: thisMonth() }],
        filters: [{ member: 'calls.calls_total', operator: 'gt', values: ['0'] }],
      },
      token('head'),
    );
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.map(([name, value]) => `${name} ${value}`).sort()).toEqual(
      rows
        .map((row) => `${String(row['calls.manager'] ?? 'No manager')} ${String(row['calls.calls_total'])}`)
        .sort(),
    );
    await watched.close();
  });

  it('shows a manager, who sees own rows alone, the average of the team as the executive sees it beside them', async () => {
    const watched = await openPage(browser());
    const { page } = watched;
    await enter(page, demo().url, token('manager'), '/managers');
    const scorecard = page.locator('section.block', { hasText: 'Scorecard' }).first();
    const own = await numbersOn(page, 'tbody [data-measure="scorecard.leads_new"]');
    expect(own.length).toBe(1);
    const shown = await scorecard
      .locator('tfoot .average [data-measure]')
      .evaluateAll((cells) =>
        cells.map((cell) => [cell.getAttribute('data-measure')!, cell.getAttribute('data-value')!] as const),
      );
    expect(shown.length).toBeGreaterThan(10);
    const name = await scorecard.locator('tbody th').textContent();
    const measures = shown.map(([measure]) => `${measure}_team_average`);
    const expected = await expectedOf(demo(), measures, {
      token: token('executive'),
      filters: [{ member: 'scorecard.manager', operator: 'equals', values: [name] }],
    });
    expect(shown).toEqual(
      shown.map(([measure]) => [measure, asOnScreen(expected.get(`${measure}_team_average`))]),
    );
    expect(new Map(shown).get('scorecard.leads_new')).not.toBe(own[0]!.value);
    await watched.close();
  });
}
