import { basename, extname } from 'node:path';
import { folded, type Table } from './cell.ts';
import { findHeader } from './find-header.ts';
import type { FileKind } from './kind.ts';
import { FILE_KINDS } from './kinds/index.ts';

/**
 * The kind of a table: the declared one; else the one that the sheet's name, then the file's name says; else the only one whose required
 * columns are all there. Otherwise why it cannot be told.
 */
export function findKind(
  table: Table,
  path: string,
  declared?: string,
): { readonly kind: FileKind } | { readonly reason: string } {
  const named =
    FILE_KINDS.find(({ name }) => name === declared) ??
    (table.sheet === null ? undefined : kindInName(table.sheet)) ??
    kindInName(basename(path, extname(path)));
  if (named) return { kind: named };
  const fitting = FILE_KINDS.filter((kind) => {
    const header = findHeader(table, kind);
    return header?.missing.length === 0 && header.unknown.length <= header.columns.size / 2;
  });
  if (fitting.length === 1 && fitting[0]) return { kind: fitting[0] };
  const names = (fitting.length === 0 ? FILE_KINDS : fitting).map(({ name }) => name).join(', ');
  const why =
    fitting.length === 0
      ? 'neither its name nor its headers say what it holds'
      : 'its headers fit more than one kind';
  return {
    reason: `${why}. Put one of these words into the name (${names}), or name the file and its kind under "files" of the source in voronka.yaml`,
  };
}

/** `targets-2026`, `План продаж 2026` and `2026_costs` say their kind; a word inside another word does not. */
export function kindInName(name: string): FileKind | undefined {
  const text = ` ${folded(name)
    .replace(/[^\p{L}\d]+/gu, ' ')
    .trim()} `;
  const found = FILE_KINDS.flatMap((kind) =>
    [kind.name, ...kind.words].map((word) => ({
      kind,
      word: ` ${folded(word).replace(/[^\p{L}\d]+/gu, ' ')} `,
    })),
  ).filter(({ word }) => text.includes(word));
  // «План обучения» is about training: the longest word is the most particular one, then the last.
  return found.sort(
    (a, b) => b.word.length - a.word.length || text.lastIndexOf(b.word) - text.lastIndexOf(a.word),
  )[0]?.kind;
}
