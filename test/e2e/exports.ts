import { readFileSync } from 'node:fs';
import { readXlsx } from 'hucre';
import type { Locator, Page } from 'playwright-core';
import { expect, it } from 'vitest';
import { enter, openPage } from './browser.ts';
import { thisMonth } from './expected.ts';
import type { Parts } from './parts.ts';

async function exported(page: Page, block: Locator, format: string): Promise<Buffer> {
  await block.locator('button[aria-label^="Export"]').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    block.locator('.menu-item', { hasText: format }).click(),
  ]);
  return readFileSync(await download.path());
}

/** What is taken away equals what REST gives. */
export function exportsHold({ demo, browser, token }: Parts): void {
  it('exports a table as CSV and XLSX with the numbers of REST, and a chart as PNG', async () => {
    const watched = await openPage(browser());
    const { page } = watched;
    await enter(page, demo().url, token('executive'), '/funnel');
    const rows = await demo().ask(
      {
        measures: ['funnel.leads_new', 'funnel.won_amount'],
        dimensions: ['funnel.source'],
        timeDimensions: [{ dimension: 'funnel.date', dateRange: thisMonth() }],
        filters: [
          {
            or: [
              { member: 'funnel.leads_new', operator: 'gt', values: ['0'] },
              { member: 'funnel.won_amount', operator: 'gt', values: ['0'] },
            ],
          },
        ],
      },
      token('executive'),
    );
    const expected = new Map(
      rows.map((row) => [
        String(row['funnel.source']),
        [Number(row['funnel.leads_new']), Number(row['funnel.won_amount'])],
      ]),
    );
    expected.delete('unknown');

    const table = page.locator('section.block', { has: page.locator('h2:text-is("By source")') });
    const csv = (await exported(page, table, 'CSV')).toString('utf8');
    expect(csv.startsWith('\ufeff')).toBe(true);
    const [header, ...lines] = csv
      .slice(1)
      .trim()
      .split('\r\n')
      .map((line) => line.split(','));
    const [leads, won] = [header!.indexOf('New leads'), header!.indexOf('Won amount')];
    for (const [source, numbers] of expected) {
      const line = lines.find(([name]) => name === source);
      expect(line && [Number(line[leads]), Number(line[won])], source).toEqual(numbers);
    }

    const book = await readXlsx(new Uint8Array(await exported(page, table, 'XLSX')));
    const sheet = book.sheets[0]!;
    expect(sheet.name).toBe('By source');
    for (const [source, numbers] of expected) {
      const line = sheet.rows.find((row) => row[0] === source);
      expect(line && [line[leads], line[won]], source).toEqual(numbers);
    }

    const chart = page.locator('section.block', { has: page.locator('h2:text-is("Why deals are lost")') });
    await chart.locator('[data-drawn]').waitFor();
    const png = await exported(page, chart, 'PNG');
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(png.readUInt32BE(16)).toBeGreaterThan(600);
    expect(watched.errors).toEqual([]);
    await watched.close();
  });
}
