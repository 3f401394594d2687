import { parse } from 'yaml';
import { z } from 'zod';
import { readModel, type ModelFile } from './model-files.ts';

const meta = z.record(z.string(), z.unknown()).default({});
const member = z.looseObject({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  format: z.unknown().optional(),
  public: z.boolean().default(true),
  meta,
});
const inclusion = z.union([
  z.string().transform((name) => ({ name, alias: undefined })),
  z.looseObject({ name: z.string(), alias: z.string().optional() }),
]);
const file = z.looseObject({
  cubes: z
    .array(
      z.looseObject({
        name: z.string(),
        /** The cube whose members it has besides its own. */
        extends: z.string().optional(),
        measures: z.array(member).default([]),
        dimensions: z.array(member).default([]),
      }),
    )
    .default([]),
  views: z
    .array(
      z.looseObject({
        name: z.string(),
        title: z.string().optional(),
        description: z.string().optional(),
        meta,
        cubes: z
          .array(
            z.looseObject({
              join_path: z.string(),
              prefix: z.boolean().default(false),
              includes: z.union([z.literal('*'), z.array(inclusion)]),
              excludes: z.array(z.string()).default([]),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

type Model = z.output<typeof file>;
type Member = z.output<typeof member>;
type Cube = Model['cubes'][number];
type View = Model['views'][number];

/** A KPI or an attribute as a view shows it. */
export interface ViewMember {
  readonly name: string;
  readonly title: string;
  readonly titleRu: string;
  readonly definition: string;
  readonly definitionRu: string;
  readonly unit: string;
  /** Which direction is good, up or down; empty where neither is. */
  readonly good: string;
  readonly section: string;
}

export interface ViewPage {
  readonly name: string;
  readonly title: string;
  readonly titleRu: string;
  readonly description: string;
  readonly descriptionRu: string;
  readonly measures: readonly ViewMember[];
  readonly dimensions: readonly ViewMember[];
}

/** What the views of the model show, as their definitions say it. */
export function viewPages(files: readonly ModelFile[]): ViewPage[] {
  const models = files.map(({ content }) => file.parse(parse(content) ?? {}));
  const cubes = new Map(models.flatMap((model) => model.cubes.map((cube) => [cube.name, cube] as const)));
  return models
    .flatMap((model) => model.views)
    .sort((left, right) => left.name.localeCompare(right.name))
    .map((view) => ({
      name: view.name,
      title: view.title ?? view.name,
      titleRu: textOf(view.meta['title_ru']),
      description: oneLine(view.description),
      descriptionRu: textOf(view.meta['description_ru']),
      measures: membersOf(view, cubes, 'measures'),
      dimensions: membersOf(view, cubes, 'dimensions'),
    }));
}

/** docs/kpis.md: every view and every measure of it, from the model itself. */
export function kpiPage(modelFolder: string): string {
  const views = viewPages(readModel(modelFolder).files);
  const lines = [
    '# KPIs',
    '',
    'Made from `model/` by `npm run docs`; do not edit. One id means one thing in every view. In a query a measure is `view.id`.',
    'A count with nothing to count is 0; a ratio over zero and an average over nothing are null.',
    '',
    'Составлено по `model/`. Один код (id) значит одно и то же во всех представлениях. Число событий, которых не было, — 0; доля от нуля и',
    'среднее ни по чему — пусто. «Пребывание» — время сделки на этапе от входа до ухода; «шаг» — единый шаг воронки, к которому отнесён этап.',
    '',
    ...table(
      ['view', 'shows'],
      views.map((view) => [`[${view.name}](#${view.name})`, `${both(view)}. ${view.description}`]),
    ),
  ];
  for (const view of views) {
    lines.push('', `## ${view.name}`, '', `${both(view)}. ${view.description}`, '', view.descriptionRu, '');
    if (view.measures.length > 0) {
      lines.push(
        ...table(
          ['id', 'title', 'what it counts', 'unit', 'better', 'section'],
          view.measures.map((one) => [
            `\`${one.name}\``,
            both(one),
            `${one.definition}<br>${one.definitionRu}`,
            one.unit,
            one.good,
            one.section,
          ]),
        ),
        '',
      );
    }
    lines.push(
      ...table(
        ['by', 'title', 'what it is'],
        view.dimensions.map((one) => [
          `\`${one.name}\``,
          both(one),
          `${one.definition}<br>${one.definitionRu}`,
        ]),
      ),
    );
  }
  return `${lines.join('\n')}\n`;
}

function membersOf(
  view: View,
  cubes: ReadonlyMap<string, Cube>,
  kind: 'measures' | 'dimensions',
): ViewMember[] {
  return view.cubes.flatMap(({ join_path, includes, excludes, prefix }) => {
    const cubeName = join_path.split('.').at(-1) ?? join_path;
    const members = ownAndInherited(cubes.get(cubeName), cubes, kind);
    const wanted =
      includes === '*'
        ? members.filter((one) => one.public).map(({ name }) => ({ name, alias: undefined }))
        : includes;
    return wanted.flatMap(({ name, alias }) => {
      const found = members.find((one) => one.name === name);
      if (!found || excludes.includes(name)) return [];
      return [shown(found, (prefix ? `${cubeName}_` : '') + (alias ?? name))];
    });
  });
}

function ownAndInherited(
  cube: Cube | undefined,
  cubes: ReadonlyMap<string, Cube>,
  kind: 'measures' | 'dimensions',
): readonly Member[] {
  if (cube === undefined) return [];
  const own = cube[kind];
  if (cube.extends === undefined) return own;
  const inherited = ownAndInherited(cubes.get(cube.extends), cubes, kind);
  return [...inherited.filter((one) => !own.some(({ name }) => name === one.name)), ...own];
}

function shown(one: Member, name: string): ViewMember {
  return {
    name,
    title: one.title ?? name,
    titleRu: textOf(one.meta['title_ru']),
    definition: oneLine(one.description),
    definitionRu: textOf(one.meta['description_ru']),
    unit: textOf(one.meta['unit']),
    good: textOf(one.meta['good']),
    section: textOf(one.meta['kpi']).replace(/^section /, ''),
  };
}

function both({ title, titleRu }: { title: string; titleRu: string }): string {
  return titleRu === '' ? title : `${title} · ${titleRu}`;
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function oneLine(text: string | undefined): string {
  return (text ?? '').replace(/\s+/g, ' ').trim();
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)];
}
