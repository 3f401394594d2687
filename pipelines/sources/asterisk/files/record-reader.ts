import type { CdrRecord } from '../leg.ts';
import { layoutFor, misfit, type Layout, type LayoutSetting } from './layouts.ts';
import { textOf, type Line } from './lines.ts';
import { parseRecord } from './record.ts';

/** A quoted text may hold line breaks, but not many. */
const MOST_LINES = 20;
const LONGEST = 16_384;

/** What became of one or more lines; `next` is where the line after them begins. */
export type ReadRecord = { readonly next: number; readonly text: string } & (
  { readonly record: CdrRecord } | { readonly reason: string } | { readonly isBlank: true }
);

/**
 * Makes records of lines. A record whose quote is open at the end of its line goes on in the next; when the next line is a record by
 * itself, the open one is broken (Asterisk died in the middle of it) and is rejected alone.
 */
export class RecordReader {
  /** Fields of the last record that fitted no layout. */
  lastMisfit: readonly string[] = [];
  readonly #setting: LayoutSetting;
  readonly #header: Layout | undefined;
  readonly #firstLine: Buffer;
  #open: Line[] = [];

  /** `firstLine`: of the whole file, which may name the columns. */
  constructor(setting: LayoutSetting, firstLine: Buffer) {
    this.#setting = setting;
    this.#firstLine = firstLine;
    this.#header = headerIn(firstLine);
  }

  /** A record is begun and not ended. */
  get isOpen(): boolean {
    return this.#open.length > 0;
  }

  add(line: Line): ReadRecord[] {
    const alone = this.#read([line]);
    if (this.#open.length === 0) {
      if (alone) return [alone];
      this.#open = [line];
      return [];
    }
    if (alone && 'record' in alone) return [...this.flush(), alone];
    this.#open.push(line);
    const joined = this.#read(this.#open);
    if (joined && 'record' in joined) {
      this.#open = [];
      return [joined];
    }
    const bytes = this.#open.reduce((sum, { bytes: { length } }) => sum + length, 0);
    return this.#open.length > MOST_LINES || bytes > LONGEST ? this.flush() : [];
  }

  /** Gives up what is open: its lines are rejected one by one. */
  flush(): ReadRecord[] {
    const lines = this.#open;
    this.#open = [];
    return lines.map(
      (line) =>
        this.#read([line]) ?? {
          next: line.next,
          text: textOf(line.bytes),
          reason: 'the record breaks off: a quote is left open',
        },
    );
  }

  /** Undefined when a quote is left open. */
  #read(lines: readonly Line[]): ReadRecord | undefined {
    const text = lines
      .map(({ bytes }) => textOf(bytes))
      .join('\n')
      .replace(/^\ufeff/, '');
    const next = lines.at(-1)?.next ?? 0;
    const isHeader = this.#header && lines[0]?.bytes.equals(this.#firstLine);
    if (isHeader === true || text.trim() === '') return { next, text, isBlank: true };
    const fields = parseRecord(text);
    if (!fields) return undefined;
    const layout = layoutFor(fields, this.#header ?? this.#setting);
    if (layout) {
      const record = Object.fromEntries(layout.map((name, place) => [name, fields[place] ?? null]));
      return { next, text, record };
    }
    this.lastMisfit = fields;
    return { next, text, reason: misfit(fields, this.#header ?? this.#setting) };
  }
}

/** Some export with the columns' names on top; Asterisk itself writes none. */
function headerIn(line: Buffer): Layout | undefined {
  const fields = parseRecord(textOf(line).replace(/^\ufeff/, ''));
  const names = fields?.map((name) => name.trim().toLowerCase()) ?? [];
  return ['src', 'dst', 'disposition', 'start'].every((name) => names.includes(name)) ? names : undefined;
}
