import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { Command, Option } from 'commander';
import pc from 'picocolors';
import { loadConfig, type Config } from '../../config/index.ts';
import { FILE_KINDS } from '../../sources/files/kinds/index.ts';
import { problemText } from '../../sources/files/problem-text.ts';
import { readFolder, type FolderReading } from '../../sources/files/read-folder.ts';
import { problemsFile, summarise } from '../../sources/files/report.ts';
import type { FilesSettings } from '../../sources/files/settings.ts';
import { template, type TemplateFormat, type TemplateLanguage } from '../../sources/files/template.ts';
import { EXIT } from '../exit-codes.ts';
import { listFileIssues } from '../file-issues.ts';
import { globalOptions } from '../globals.ts';
import { UsageError } from '../usage-error.ts';
import { withWorkspace } from '../workspace.ts';

/** Problems printed before the rest is only counted. */
const PRINTED = 50;

interface TemplateOptions {
  readonly format: TemplateFormat;
  readonly lang: TemplateLanguage;
  readonly out?: string;
}

interface CheckOptions {
  readonly source?: string;
  readonly report?: string;
}

export function filesCommand(): Command {
  return new Command('files')
    .addCommand(templateCommand())
    .addCommand(checkCommand())
    .addCommand(issuesCommand());
}

function templateCommand(): Command {
  return new Command('template')
    .description(`write an empty table to fill in: ${FILE_KINDS.map(({ name }) => name).join(', ')}`)
    .argument('<kind>', 'what the file is to hold')
    .addOption(new Option('--format <format>', 'form of the file').choices(['csv', 'xlsx']).default('xlsx'))
    .addOption(new Option('--lang <language>', 'language of the headers').choices(['ru', 'en']).default('ru'))
    .option('--out <file>', 'where to write it (default: <kind>.<format> here)')
    .action(async (name: string, { format, lang, out }: TemplateOptions) => {
      const kind = FILE_KINDS.find((one) => one.name === name);
      if (!kind) {
        throw new UsageError(
          `There is no kind "${name}". Kinds: ${FILE_KINDS.map((one) => one.name).join(', ')}.`,
        );
      }
      const path = out ?? `${name}.${format}`;
      if (existsSync(path)) throw new UsageError(`${path} is there already; name another file with --out.`);
      await writeFile(path, await template(kind, format, lang), { flag: 'wx' });
      console.log(`${path}: ${kind.description}`);
    });
}

function checkCommand(): Command {
  return new Command('check')
    .description('read the files and say what is wrong with them, without loading anything')
    .argument('[file]', 'only this file; it need not lie in the folder of the source')
    .option('--source <name>', 'name of the source, where there are several of files')
    .option(
      '--report <file>',
      'write the problems as a table, .csv or .xlsx, to send to whoever keeps the files',
    )
    .action(async (file: string | undefined, options: CheckOptions, command: Command) => {
      const settings = filesSource(loadConfig(globalOptions(command).config), options.source);
      const reading = await readFor(settings, file);
      const { files, problems } = summarise(reading);
      for (const { file: path, sheet, kind, good, bad, notes } of files) {
        const name = sheet === null ? path : `${path} «${sheet}»`;
        const counts =
          kind === null ? '' : ` ${kind}, ${good} good, ${bad > 0 ? pc.red(`${bad} bad`) : '0 bad'}`;
        console.log(`${name}:${counts}${notes.map((note) => ` · ${note}`).join('')}`);
      }
      if (files.length === 0) console.log(`There is no CSV or XLSX file in ${resolve(settings.folder)}.`);
      for (const problem of problems.slice(0, PRINTED)) console.log(pc.red(`  ${problemText(problem)}`));
      if (problems.length > PRINTED) {
        console.log(
          pc.red(`  … and ${problems.length - PRINTED} more; --report writes all of them to a file`),
        );
      }
      if (options.report !== undefined) {
        await writeFile(options.report, await problemsFile(options.report, problems));
        console.log(`The problems are in ${options.report}.`);
      }
      if (problems.length > 0) process.exitCode = EXIT.unhealthy;
    });
}

function issuesCommand(): Command {
  return new Command('issues')
    .description(
      'what the last sync refused, and what the last build could not match: managers, teams, currencies',
    )
    .option('--report <file>', 'write it as a table, .csv or .xlsx')
    .action(async ({ report }: { report?: string }, command: Command) => {
      await withWorkspace(globalOptions(command), async ({ warehouse }) => {
        const issues = await listFileIssues(warehouse);
        for (const issue of issues) console.log(pc.red(problemText(issue)));
        if (issues.length === 0) console.log('Nothing: every row of every file was loaded and matched.');
        if (report !== undefined) await writeFile(report, await problemsFile(report, issues));
        if (issues.length > 0) process.exitCode = EXIT.unhealthy;
      });
    });
}

function filesSource(config: Config, name: string | undefined): FilesSettings {
  const sources = config.sources.filter((source) => source.type === 'files');
  const found = sources.filter((source) => name === undefined || source.name === name);
  if (found.length === 1 && found[0]) return found[0];
  if (found.length > 1) {
    throw new UsageError(
      `Name one of the sources with --source: ${found.map((one) => one.name).join(', ')}.`,
    );
  }
  throw new UsageError(
    name === undefined
      ? 'The configuration has no source of type "files". Add one with its folder and date_order.'
      : `The configuration has no source of files named "${name}".`,
  );
}

async function readFor(settings: FilesSettings, file: string | undefined): Promise<FolderReading> {
  if (file === undefined) return readFolder(resolve(settings.folder), settings);
  const path = resolve(file);
  if (!existsSync(path)) throw new UsageError(`There is no file ${path}.`);
  const inFolder = relative(resolve(settings.folder), path);
  const isInside = inFolder !== '' && !inFolder.startsWith('..') && !isAbsolute(inFolder);
  const [folder, only] = isInside
    ? [resolve(settings.folder), inFolder.split(sep).join('/')]
    : [dirname(path), basename(path)];
  const reading = await readFolder(folder, settings, { only });
  if (reading.files.length === 0)
    throw new UsageError(`${path} is not a CSV or XLSX file that would be read.`);
  return reading;
}
