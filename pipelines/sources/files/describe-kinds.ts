import { isRequired, type Column } from './column.ts';
import type { FileKind } from './kind.ts';
import { FILE_KINDS } from './kinds/index.ts';

/** The kinds as Markdown, from their own declarations: docs/files.md holds exactly this (a test compares them). */
export function describeKinds(kinds: readonly FileKind[] = FILE_KINDS): string {
  return kinds.map(describe).join('\n\n');
}

function describe(kind: FileKind): string {
  const rows = kind.columns.map((column) =>
    [
      `\`${column.name}\``,
      [column.title, ...column.headers].join(', '),
      typeOf(column),
      isRequired(column) ? 'yes' : '',
      column.description,
    ].join(' | '),
  );
  return [
    `### ${kind.name}: ${kind.title.toLowerCase()}`,
    '',
    kind.description,
    '',
    `In a name: ${[kind.name, ...kind.words].join(', ')}. A row is the same row by: ${kind.key.join(', ')}.`,
    '',
    '| column | headers, besides it | form | needed | meaning |',
    '| --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

function typeOf({ type, choices, periods }: Column): string {
  if (choices)
    return Object.entries(choices)
      .map(([name, words]) => `${name} (${words.join(', ')})`)
      .join('; ');
  if (periods) return `${periods.join(', ')}`;
  return {
    text: 'text',
    number: 'number',
    date: 'date',
    'yes-no': 'да or нет',
    time: 'time',
    currency: 'code',
    choice: '',
    period: '',
  }[type];
}
