import { ProjectInvalidError } from '../errors.ts';
import type { SqlFile } from '../project/read-project.ts';

export interface MacroDefinition {
  /** As it is called; a generic test `{% test x %}` is the macro `test_x`, as in dbt. */
  readonly name: string;
  readonly file: string;
  readonly line: number;
  /** The block alone, with empty lines in front so that line numbers are the file's. */
  readonly source: string;
}

const OPENING = /\{%-?\s*(macro|test|data_test|materialization|snapshot)\s+(\w+)/g;

/**
 * Cuts a macro file into its blocks. Each becomes a template of its own, so that every call, also of a neighbour in the
 * same file, goes through the project's table of macros, where `return` works and errors get a place.
 */
export function splitMacros({ file, source }: SqlFile): MacroDefinition[] {
  // Comments may quote macros; blank them, keep the lines.
  const text = source.replace(/\{#[\s\S]*?#\}/g, (comment) => comment.replace(/[^\n]/g, ' '));
  const found: MacroDefinition[] = [];
  for (const match of text.matchAll(OPENING)) {
    const [opening, kind = '', name = ''] = match;
    const lines = text.slice(0, match.index).split('\n').length - 1;
    const fail = (message: string): never => {
      throw new ProjectInvalidError([{ file, line: lines + 1, message }]);
    };
    if (kind === 'materialization' || kind === 'snapshot') fail(`{% ${kind} %} is not supported`);
    const closing = new RegExp(`\\{%-?\\s*end${kind}\\s*-?%\\}`, 'g');
    closing.lastIndex = match.index;
    const end = closing.exec(text) ?? fail(`{% ${kind} ${name} %} has no {% end${kind} %}`);

    const isTest = kind !== 'macro';
    const macroName = isTest ? `test_${name}` : name;
    const block = text.slice(match.index + opening.length, end.index);
    const trim = (mark: string): string => (mark.includes('-') ? '-' : '');
    const source =
      '\n'.repeat(lines) +
      `{%${trim(opening.slice(0, 3))} macro ${macroName}${block}` +
      `{%${trim(end[0].slice(0, 3))} endmacro ${trim(end[0].slice(-3))}%}`;
    found.push({ name: macroName, file, line: lines + 1, source });
  }
  return found;
}
