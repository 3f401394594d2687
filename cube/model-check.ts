import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { parse } from 'yaml';
import { z } from 'zod';

import { VoronkaError } from '../pipelines/errors.ts';

const modelFile = z.object({
  cubes: z.array(z.object({ name: z.string(), public: z.boolean().optional() }).loose()).default([]),
  views: z
    .array(z.object({ name: z.string(), access_policy: z.array(z.object({}).loose()).optional() }).loose())
    .default([]),
});

export class UnsafeModelError extends VoronkaError {
  constructor(folder: string, problems: readonly string[]) {
    super(
      `The data model in ${folder} cannot be served:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
      {
        code: 'CUBE_UNSAFE_MODEL',
        retry: 'never',
        context: { problems },
      },
    );
  }
}

function readModel(folder: string): { file: string; content: z.infer<typeof modelFile> }[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.ya?ml$/.test(file),
  );
  return files.sort().map((file) => ({
    file,
    content: modelFile.parse(parse(readFileSync(path.join(folder, file), 'utf8')) ?? {}),
  }));
}

/**
 * The names of the views, the model's public surface. Cube serves a view without an access policy, and a cube not marked
 * private, to every valid token; so neither is served at all: throws {@link UnsafeModelError} naming each.
 */
export function publicViews(folder: string): ReadonlySet<string> {
  let model: ReturnType<typeof readModel>;
  try {
    model = readModel(folder);
  } catch (error) {
    throw new UnsafeModelError(folder, [error instanceof Error ? error.message : String(error)]);
  }
  const problems = model.flatMap(({ file, content }) => [
    ...content.views
      .filter((view) => (view.access_policy ?? []).length === 0)
      .map((view) => `${file}: view "${view.name}" has no access_policy`),
    ...content.cubes
      .filter((cube) => cube.public !== false)
      .map((cube) => `${file}: cube "${cube.name}" is not "public: false"; only views are served`),
  ]);
  const views = model.flatMap(({ content }) => content.views.map((view) => view.name));
  if (views.length === 0) problems.push('there is no view in it');
  if (problems.length > 0) throw new UnsafeModelError(folder, problems);
  return new Set(views);
}
