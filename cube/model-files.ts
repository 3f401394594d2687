import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { parse, parseDocument } from 'yaml';
import { z } from 'zod';

import { VoronkaError } from '../pipelines/errors.ts';

const policySchema = z
  .object({
    group: z.union([z.string(), z.array(z.string())]).optional(),
    groups: z.array(z.string()).optional(),
    row_level: z.object({}).loose().optional(),
  })
  .loose();
const modelFile = z.object({
  cubes: z.array(z.object({ name: z.string(), public: z.boolean().optional() }).loose()).default([]),
  views: z
    .array(z.object({ name: z.string(), access_policy: z.array(policySchema).default([]) }).loose())
    .default([]),
});

type Policy = z.infer<typeof policySchema>;

/** What Cube would let pass: a policy that names no group, or no rows, holds for everybody and everything. */
function policyProblems(policies: readonly Policy[]): string[] {
  if (policies.length === 0) return ['no access_policy'];
  const forEverybody = ({ group, groups }: Policy): boolean => {
    const named = [group ?? [], groups ?? []].flat();
    return named.length === 0 || named.includes('*');
  };
  if (policies.some(forEverybody)) return ['a policy for everybody; name the group it is for'];
  if (policies.some(({ row_level }) => row_level === undefined))
    return ['a policy without row_level, which is every row'];
  return [];
}

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

/** A file of the model as Cube takes it: its path below the folder, and its text. */
export interface ModelFile {
  readonly fileName: string;
  readonly content: string;
}

export interface CheckedModel {
  readonly files: readonly ModelFile[];
  /** The names of the views, the model's public surface. */
  readonly views: ReadonlySet<string>;
}

function readFiles(folder: string): ModelFile[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /\.ya?ml$/.test(name),
  );
  return names
    .sort()
    .map((fileName) => ({ fileName, content: readFileSync(path.join(folder, fileName), 'utf8') }));
}

/** Where there is nowhere to keep rollups, Cube must not know of any: it would try to make them. */
function withoutRollups({ fileName, content }: ModelFile): ModelFile {
  if (!content.includes('pre_aggregations:')) return { fileName, content };
  const document = parseDocument(content);
  const count = ((document.toJS() as { cubes?: unknown[] } | null)?.cubes ?? []).length;
  for (let index = 0; index < count; index++) document.deleteIn(['cubes', index, 'pre_aggregations']);
  return { fileName, content: String(document) };
}

/**
 * Reads the YAML files of the model. Cube serves a view without an access policy, and a cube not marked private, to
 * every valid token; so neither is served at all: throws {@link UnsafeModelError} naming each.
 */
export function readModel(folder: string, { rollups = false } = {}): CheckedModel {
  const problems: string[] = [];
  const views = new Set<string>();
  let files: ModelFile[];
  try {
    files = readFiles(folder);
  } catch (error) {
    throw new UnsafeModelError(folder, [(error as Error).message]);
  }
  for (const { fileName, content } of files) {
    let model: z.infer<typeof modelFile>;
    try {
      model = modelFile.parse(parse(content) ?? {});
    } catch (error) {
      problems.push(
        `${fileName}: ${error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message}`,
      );
      continue;
    }
    for (const view of model.views) {
      views.add(view.name);
      problems.push(
        ...policyProblems(view.access_policy).map((has) => `${fileName}: view "${view.name}" has ${has}`),
      );
    }
    for (const cube of model.cubes) {
      if (cube.public !== false) {
        problems.push(`${fileName}: cube "${cube.name}" is not "public: false"; only views are served`);
      }
    }
  }
  if (views.size === 0) problems.push('there is no view in it');
  if (problems.length > 0) throw new UnsafeModelError(folder, problems);
  return { files: rollups ? files : files.map(withoutRollups), views };
}
