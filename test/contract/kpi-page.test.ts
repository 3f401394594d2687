import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { kpiPage, viewPages, type ViewMember } from '../../cube/kpi-page.ts';
import { readModel } from '../../cube/model-files.ts';

const MODEL = fileURLToPath(new URL('../../model', import.meta.url));
const PAGE = new URL('../../docs/kpis.md', import.meta.url);

describe('docs/kpis.md', () => {
  it('says what the model says; `npm run docs` writes it anew', () => {
    expect(readFileSync(PAGE, 'utf8')).toBe(kpiPage(MODEL));
  });
});

describe('every measure of every view', () => {
  const views = viewPages(readModel(MODEL).files);
  const measures = views.flatMap((view) => view.measures.map((measure) => ({ view: view.name, ...measure })));

  it('has a title in both languages, a definition and a unit', () => {
    const lacking = measures.flatMap((measure) =>
      (['title', 'titleRu', 'definition', 'unit'] as const)
        .filter((field) => measure[field] === '')
        .map((field) => `${measure.view}.${measure.name}: ${field}`),
    );
    expect(lacking).toEqual([]);
  });

  it('means the same wherever its id occurs', () => {
    const meanings = new Map<string, ViewMember>();
    for (const { view: _, ...measure } of measures) {
      const known = meanings.get(measure.name);
      if (known) expect(measure).toEqual(known);
      else meanings.set(measure.name, measure);
    }
    expect(meanings.size).toBeGreaterThan(50);
  });
});
