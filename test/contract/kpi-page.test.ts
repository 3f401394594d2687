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

  it('has a title and a definition in both languages, and a unit', () => {
    const lacking = measures.flatMap((measure) =>
      (['title', 'titleRu', 'definition', 'definitionRu', 'unit'] as const)
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

  it('says in Russian when it is 0 or empty, as it does in English', () => {
    const silent = measures.filter(({ definition, definitionRu }) => {
      const rules = [
        [/\b0 when/, /(?<![\d.])0, если/],
        [/\b[Nn]ull (when|for|where)/, /[Пп]усто(,| для)/],
      ] as const;
      return rules.some(([english, russian]) => english.test(definition) !== russian.test(definitionRu));
    });
    expect(silent.map(({ view, name }) => `${view}.${name}`)).toEqual([]);
  });

  it('names the same measures and numbers in both languages', () => {
    const named = (text: string): string[] =>
      [...new Set(text.match(/\b[a-z]+_[a-z_]+\b|\d+/g) ?? [])].sort();
    const different = measures
      .map(({ view, name, definition, definitionRu }) => ({
        id: `${view}.${name}`,
        english: named(definition),
        russian: named(definitionRu),
      }))
      .filter(({ english, russian }) => english.join() !== russian.join());
    expect(different).toEqual([]);
  });
});

describe('every view and every dimension of it', () => {
  it('has a title and a definition in both languages', () => {
    const lacking = viewPages(readModel(MODEL).files).flatMap((view) => [
      ...(['title', 'titleRu', 'description', 'descriptionRu'] as const)
        .filter((field) => view[field] === '')
        .map((field) => `${view.name}: ${field}`),
      ...view.dimensions.flatMap((dimension) =>
        (['title', 'titleRu', 'definition', 'definitionRu'] as const)
          .filter((field) => dimension[field] === '')
          .map((field) => `${view.name}.${dimension.name}: ${field}`),
      ),
    ]);
    expect(lacking).toEqual([]);
  });
});
