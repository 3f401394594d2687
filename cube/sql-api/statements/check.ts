import type { ParsedStatement } from '../parser.ts';
import type { CatalogNames } from './catalog-names.ts';
import { ExpressionCheck, constantText } from './expressions.ts';
import { Refusal } from './refusal.ts';
import { SelectCheck } from './select-check.ts';
import { checkSetting } from './settings.ts';
import { splice, type Edit } from './splice.ts';
import { fieldsOf, statementOf, type Fields } from './tree.ts';

export interface CheckedStatement {
  /** The statement with the catalog as this session sees it; views are still to be compiled. */
  readonly text: string;
  readonly isChanged: boolean;
  readonly viewsRead: ReadonlySet<string>;
  /** `SelectStmt`, `ExplainStmt`, … */
  readonly type: string;
  /** EXPLAIN in its text form. */
  readonly isTextExplain: boolean;
  /** A time zone the statement sets; null: back to the session's first one; undefined: none. */
  readonly timeZone: string | null | undefined;
}

export interface CheckSettings {
  readonly names: CatalogNames;
  readonly views: ReadonlySet<string>;
  readonly statementTimeoutMs: number;
}

const TRANSACTIONS = new Set([
  'TRANS_STMT_BEGIN',
  'TRANS_STMT_START',
  'TRANS_STMT_COMMIT',
  'TRANS_STMT_ROLLBACK',
  'TRANS_STMT_SAVEPOINT',
  'TRANS_STMT_RELEASE',
  'TRANS_STMT_ROLLBACK_TO',
]);
/** Neither reads nor changes anything but the session's own prepared statements and cursors. */
const HARMLESS = new Set([
  'VariableShowStmt',
  'FetchStmt',
  'ClosePortalStmt',
  'DeallocateStmt',
  'DiscardStmt',
  'UnlistenStmt',
  'ConstraintsSetStmt',
]);
const QUERIES = new Set([
  'SelectStmt',
  'DeclareCursorStmt',
  'PrepareStmt',
  'ExecuteStmt',
  'ExplainStmt',
  'CopyStmt',
]);

/**
 * Decides on the parsed tree whether a statement may be run, and puts the filtered catalog in. What is not known to be harmless is
 * refused: throws {@link Refusal}, SQLSTATE 42501 unless it says otherwise.
 */
export function checkStatement(statement: ParsedStatement, settings: CheckSettings): CheckedStatement {
  const { type, fields } = statementOf(statement.node);
  const expressions = new ExpressionCheck(settings.names, statement.text, settings.statementTimeoutMs);
  const select = new SelectCheck(settings.names, settings.views, expressions);
  let timeZone: string | null | undefined;
  const edits: Edit[] = [];
  if (QUERIES.has(type)) {
    checkQuery(type, fields);
    try {
      select.walk(
        type === 'SelectStmt' ? statement.node : type === 'ExplainStmt' ? explained(fields) : fields,
      );
    } catch (error) {
      if (error instanceof RangeError)
        throw new Refusal('The statement is nested too deeply.', { sqlState: '54001' });
      throw error;
    }
  } else if (type === 'VariableSetStmt') {
    ({ timeZone } = checkSet(fields, statement.text, settings.statementTimeoutMs, edits));
  } else if (type === 'TransactionStmt') {
    if (!TRANSACTIONS.has(fields['kind'] as string))
      throw new Refusal('Two-phase commits are not open to this session.');
    modes(fields['options'], statement.text, edits);
  } else if (!HARMLESS.has(type)) {
    throw new Refusal(
      `${nameOf(type)} is not open to this session: the SQL API reads, it does not change anything.`,
    );
  }
  edits.push(...expressions.edits);
  return {
    text: splice(statement.text, edits),
    isChanged: edits.length > 0,
    viewsRead: select.viewsRead,
    type,
    isTextExplain: type === 'ExplainStmt' && isTextForm(fields),
    timeZone,
  };
}

function checkQuery(type: string, fields: Fields): void {
  if (type === 'CopyStmt') {
    const isOut =
      fields['is_from'] !== true && fields['is_program'] !== true && fields['filename'] === undefined;
    if (!isOut) throw new Refusal('COPY reads to the client only: COPY (SELECT …) TO STDOUT.');
    if (fields['query'] === undefined) {
      throw new Refusal('COPY of a view by its name is not possible.', {
        hint: 'Write COPY (SELECT …) TO STDOUT.',
      });
    }
  }
  const query = fields['query'];
  if (
    query !== undefined &&
    !['SelectStmt', 'ExecuteStmt', 'DeclareCursorStmt'].includes(statementOf(query).type)
  ) {
    throw new Refusal('Only reading is open to this session.');
  }
}

/** What EXPLAIN explains, in a form the walk takes. */
function explained(fields: Fields): unknown {
  const { type, fields: inner } = statementOf(fields['query']);
  return type === 'SelectStmt' ? fields['query'] : inner;
}

function checkSet(
  fields: Fields,
  text: string,
  timeoutMs: number,
  edits: Edit[],
): { timeZone: string | null | undefined } {
  const kind = fields['kind'] as string;
  const name = (fields['name'] as string | undefined) ?? '';
  if (kind === 'VAR_SET_MULTI') {
    if (name === 'TRANSACTION SNAPSHOT')
      throw new Refusal('Snapshots of other sessions are not open to this one.');
    modes(fields['args'], text, edits);
    return { timeZone: undefined };
  }
  if (kind === 'VAR_RESET_ALL') return { timeZone: null };
  const isReset = kind !== 'VAR_SET_VALUE';
  const values = isReset
    ? undefined
    : ((fields['args'] as unknown[] | undefined) ?? []).map((arg) => constantText(arg) ?? '');
  const instead = checkSetting({ name, values }, timeoutMs);
  if (instead !== undefined) {
    const local = fields['is_local'] === true ? 'local ' : '';
    edits.push({ from: 0, to: Buffer.byteLength(text), text: `set ${local}${name} = '${instead}'` });
  }
  return { timeZone: name.toLowerCase() === 'timezone' ? (values?.[0] ?? null) : undefined };
}

/** READ WRITE becomes READ ONLY: pools ask for it by habit, and nothing is written anyway. */
function modes(options: unknown, text: string, edits: Edit[]): void {
  for (const option of Array.isArray(options) ? (options as unknown[]) : []) {
    const mode = fieldsOf(option, 'DefElem');
    if (mode?.['defname'] !== 'transaction_read_only' || constantText(mode['arg']) !== '0') continue;
    const from = (mode['location'] as number | undefined) ?? 0;
    const found = /^read\s+write/i.exec(Buffer.from(text).toString('latin1', from));
    if (!found) throw new Refusal('Transactions are read only here.');
    edits.push({ from, to: from + found[0].length, text: 'READ ONLY' });
  }
}

function isTextForm(fields: Fields): boolean {
  return !((fields['options'] as unknown[] | undefined) ?? []).some((option) => {
    const { defname, arg } = fieldsOf(option, 'DefElem') ?? {};
    return defname === 'format' && (fieldsOf(arg, 'String')?.['sval'] as string).toLowerCase() !== 'text';
  });
}

/** CreateTableAsStmt: CREATE TABLE AS. */
function nameOf(type: string): string {
  return type
    .replace(/Stmt$/, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toUpperCase();
}
