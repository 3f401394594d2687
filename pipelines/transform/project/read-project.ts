import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { basename, join, posix, relative, sep } from 'node:path';
import { ProjectInvalidError } from '../errors.ts';
import { projectFileSchema, type ProjectFile } from './project-file.ts';
import { propertiesSchema, type Properties } from './properties.ts';
import { parseYamlFile } from './yaml-file.ts';

export interface SqlFile {
  /** Path from the project's folder, with `/`: what messages show. */
  readonly file: string;
  /** Path from the model (macro, test) path it was found in. */
  readonly path: string;
  readonly name: string;
  readonly source: string;
}

/** The text of a dbt project, read but not rendered. */
export interface ProjectFiles {
  readonly dir: string;
  readonly project: ProjectFile;
  readonly models: readonly SqlFile[];
  readonly macros: readonly SqlFile[];
  /** Singular tests. */
  readonly tests: readonly SqlFile[];
  /** Generic tests written as `{% test %}` in `<test-path>/generic`. */
  readonly genericTests: readonly SqlFile[];
  readonly properties: readonly {
    readonly file: string;
    readonly text: string;
    readonly content: Properties;
  }[];
}

/** The files of a project as they stand, before anything but dbt_project.yml is understood. */
export interface ProjectTexts {
  readonly dir: string;
  readonly project: ProjectFile;
  readonly models: readonly SqlFile[];
  readonly macros: readonly SqlFile[];
  readonly tests: readonly SqlFile[];
  /** The same for the same contents. */
  readonly digest: string;
}

/** @throws ProjectInvalidError when dbt_project.yml is absent or not what dbt expects. */
export async function readTexts(dir: string): Promise<ProjectTexts> {
  const text = await readFile(join(dir, 'dbt_project.yml'), 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw new ProjectInvalidError([
      {
        file: 'dbt_project.yml',
        line: 0,
        message: `cannot be read in ${dir} (${error.code ?? error.message})`,
      },
    ]);
  });
  const project = parseYamlFile('dbt_project.yml', text, projectFileSchema);
  const all = async (roots: readonly string[]): Promise<SqlFile[]> =>
    (await Promise.all(roots.map((root) => readFolder(dir, root)))).flat();

  const [models, macros, tests] = await Promise.all([
    all(project['model-paths']),
    all(project['macro-paths']),
    all(project['test-paths']),
  ]);
  const digest = createHash('sha256')
    .update(JSON.stringify([text, models, macros, tests]))
    .digest('hex');
  return { dir, project, models, macros, tests, digest };
}

/** @throws ProjectInvalidError when a .yml file is not what dbt expects. */
export function readProject({ dir, project, models, macros, tests }: ProjectTexts): ProjectFiles {
  const isSql = (file: SqlFile): boolean => file.file.endsWith('.sql');
  const isGeneric = (file: SqlFile): boolean => file.path.split('/')[0] === 'generic';
  return {
    dir,
    project,
    models: models.filter(isSql),
    macros: macros.filter(isSql),
    tests: tests.filter((file) => isSql(file) && !isGeneric(file)),
    genericTests: tests.filter((file) => isSql(file) && isGeneric(file)),
    properties: [...models, ...tests]
      .filter((file) => /\.ya?ml$/.test(file.file))
      .map(({ file, source }) => ({
        file,
        text: source,
        content: parseYamlFile(file, source, propertiesSchema),
      })),
  };
}

async function readFolder(dir: string, root: string): Promise<SqlFile[]> {
  const entries = await readdir(join(dir, root), { recursive: true, withFileTypes: true }).catch(
    (error: NodeJS.ErrnoException) => {
      // dbt too takes a missing folder for an empty one.
      if (error.code === 'ENOENT') return [];
      throw error;
    },
  );
  const files = entries
    .filter((entry) => entry.isFile() && /\.(sql|ya?ml)$/.test(entry.name) && !entry.name.startsWith('.'))
    .map((entry) => relative(join(dir, root), join(entry.parentPath, entry.name)).split(sep).join('/'))
    .sort();
  return Promise.all(
    files.map(async (path) => ({
      file: posix.join(root, path),
      path,
      name: basename(path).replace(/\.[^.]+$/, ''),
      source: await readFile(join(dir, root, path), 'utf8'),
    })),
  );
}

/** 1-based line of the first match of `pattern` in `source`, 0 when there is none. */
export function lineOf(source: string, pattern: RegExp): number {
  const index = source.search(pattern);
  return index < 0 ? 0 : source.slice(0, index).split('\n').length;
}
