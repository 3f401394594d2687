import { scanSync, type ScanToken } from 'libpg-query';

/** Text to stand in a place of the statement; a function may use pieces of the statement with their own splices applied. */
export type Replacement = string | ((pieces: { (from: number, to: number): string }) => string);

interface Splice {
  readonly from: number;
  readonly to: number;
  readonly text: Replacement;
}

const insertionsFirst = (a: Splice, b: Splice): number => Number(a.to > a.from) - Number(b.to > b.from);

/** Where a select list ends, or any other list of a statement. These words are reserved, except after a dot or AS. */
const CLAUSES = new Set(
  'from into where group having window union intersect except order limit offset fetch for'.split(' '),
);

/**
 * A statement and what is to change in it. Positions count bytes of its UTF-8 form, as the parser's do; within, a character
 * stands for a byte, so that slices need no conversion.
 */
export class SourceText {
  readonly text: string;
  readonly #bytes: string;
  #tokens: readonly ScanToken[] | undefined;
  readonly #splices: Splice[] = [];

  constructor(text: string) {
    this.text = text;
    this.#bytes = Buffer.from(text).toString('latin1');
  }

  get changed(): boolean {
    return this.#splices.length > 0;
  }

  slice(from: number, to: number): string {
    return Buffer.from(this.#bytes.slice(from, to), 'latin1').toString();
  }

  /** The last word on the same bytes counts. */
  replace(from: number, to: number, text: Replacement): void {
    const before =
      to > from ? this.#splices.findIndex((splice) => splice.from === from && splice.to === to) : -1;
    if (before >= 0) this.#splices.splice(before, 1);
    this.#splices.push({ from, to, text });
  }

  insert(at: number, text: Replacement): void {
    this.replace(at, at, text);
  }

  /** The statement with every splice applied; what lies between them is the client's, byte for byte. */
  render(): string {
    const ordered = this.#splices
      .map((splice, index) => ({ ...splice, index }))
      .sort((a, b) => a.from - b.from || insertionsFirst(a, b) || b.to - a.to || a.index - b.index);
    const piece = (from: number, to: number): string => {
      let result = '';
      let at = from;
      for (const splice of ordered) {
        if (splice.from < at || splice.to > to) continue;
        result += this.slice(at, splice.from);
        result += typeof splice.text === 'string' ? splice.text : splice.text(piece);
        at = splice.to;
      }
      return result + this.slice(at, to);
    };
    return piece(0, this.#bytes.length);
  }

  get tokens(): readonly ScanToken[] {
    return (this.#tokens ??= scanSync(this.text).tokens.filter(
      ({ tokenName }) => !tokenName.includes('COMMENT'),
    ));
  }

  /** Index of the token that starts at a position, or of the first after it. */
  tokenAt(position: number): number {
    const { tokens } = this;
    let low = 0;
    let high = tokens.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((tokens[middle]?.start ?? 0) < position) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** End of a name with its qualifiers (`"public"."orders"`, `t.*`) that starts at a position. */
  nameEnd(position: number): number {
    let index = this.tokenAt(position);
    while (this.tokens[index + 1]?.text === '.') index += 2;
    return this.tokens[index]?.end ?? position;
  }

  /** Of the call whose name starts at a position: its opening and closing parenthesis, and where its clauses end. */
  call(position: number): { readonly open: number; readonly close: number; readonly end: number } {
    const { tokens } = this;
    let index = this.tokenAt(position);
    while (index < tokens.length && tokens[index]?.text !== '(') index += 1;
    const open = index;
    let close = this.#closing(open);
    const result = { open: tokens[open]?.start ?? position, close: tokens[close]?.start ?? position };
    const word = (at: number): string => tokens[at]?.text.toLowerCase() ?? '';
    for (;;) {
      if (word(close + 1) === 'within' && word(close + 2) === 'group') close = this.#closing(close + 3);
      else if (word(close + 1) === 'filter' && word(close + 2) === '(') close = this.#closing(close + 2);
      else if (word(close + 1) === 'over') {
        close = word(close + 2) === '(' ? this.#closing(close + 2) : close + 2;
      } else break;
    }
    return { ...result, end: tokens[close]?.end ?? position };
  }

  #closing(open: number): number {
    let depth = 0;
    for (let index = open; index < this.tokens.length; index += 1) {
      const { text } = this.tokens[index] ?? { text: '' };
      if (text === '(' || text === '[') depth += 1;
      else if ((text === ')' || text === ']') && --depth === 0) return index;
    }
    return this.tokens.length - 1;
  }

  /**
   * The items of a comma-separated list of expressions whose first token starts at a position, and where the list ends: at a
   * clause of the same SELECT, a closing parenthesis, a semicolon or the end.
   */
  list(position: number): { readonly items: { from: number; to: number }[]; readonly next: number } {
    const { tokens } = this;
    const items: { from: number; to: number }[] = [];
    let index = this.tokenAt(position);
    let start = index;
    let depth = 0;
    for (; index < tokens.length; index += 1) {
      const { text } = tokens[index] ?? { text: '' };
      if (depth === 0 && (text === ')' || text === ']' || text === ';' || this.#isClause(index))) break;
      if (text === '(' || text === '[') depth += 1;
      else if (text === ')' || text === ']') depth -= 1;
      else if (text === ',' && depth === 0) {
        items.push({ from: tokens[start]?.start ?? 0, to: tokens[index - 1]?.end ?? 0 });
        start = index + 1;
      }
    }
    items.push({ from: tokens[start]?.start ?? 0, to: tokens[index - 1]?.end ?? 0 });
    return { items, next: index };
  }

  #isClause(index: number): boolean {
    const word = (at: number): string => this.tokens[at]?.text.toLowerCase() ?? '';
    if (!CLAUSES.has(word(index))) return false;
    const before = word(index - 1);
    if (before === '.' || before === 'as') return false;
    // a IS [NOT] DISTINCT FROM b; WITHIN GROUP (…)
    if (word(index) === 'from' && before === 'distinct' && ['is', 'not'].includes(word(index - 2)))
      return false;
    return !(word(index) === 'group' && before === 'within');
  }
}
