import type { Node, RangeVar, SelectStmt } from 'libpg-query';

import type { ParsedStatement } from '../parser.ts';
import type { CompiledPart, RewriteOutcome, RewriteSession, StatementRewriter } from '../rewriter.ts';
import { applyAggregate } from './aggregate-use.ts';
import { ModelCompiler, type CompilerOptions } from './compiler.ts';
import { Reading } from './reading.ts';
import { Recent } from './recent.ts';
import { refuse, Refusal } from './refusal.ts';
import { SelectReader } from './select-reader.ts';
import { partsOf } from './tree.ts';
import { HIDDEN, type ViewSource } from './view-source.ts';

export type RewriterOptions = CompilerOptions;

/** Rewritten statements kept, and the longest worth keeping: with some kilobytes each, they stay below 10 MB. */
const KEPT = 500;
const LONGEST_KEPT = 10_000;

/** The rewriter of the SQL API over a running Cube. The parser must have been loaded. */
export function createRewriter(options: RewriterOptions): StatementRewriter {
  const compiler = new ModelCompiler(options);
  const outcomes = new Recent<Promise<RewriteOutcome>>(KEPT);
  return {
    rewrite(statement, session) {
      const answer = (): Promise<RewriteOutcome> => rewrite(statement, session, compiler);
      if (statement.text.length > LONGEST_KEPT) return answer();
      return outcomes.of(JSON.stringify([statement.text, session.securityContext, session.timeZone]), answer);
    },
  };
}

async function rewrite(
  statement: ParsedStatement,
  session: RewriteSession,
  compiler: ModelCompiler,
): Promise<RewriteOutcome> {
  try {
    const reading = new Reading(statement.text, await compiler.views(session));
    const untouched: RewriteOutcome = { kind: 'rewritten', text: statement.text, views: [], compiled: [] };
    const mentions = tablesOf(statement.node).filter((table) => viewOf(table, reading) !== undefined);
    if (mentions.length === 0) return untouched;
    new SelectReader(reading).read(selectOf(statement.node), undefined, new Map());
    refuseUnread(mentions, reading);
    if (reading.sources.length === 0) return untouched;
    if (statement.text.includes(HIDDEN))
      refuse('42703', `Names that begin with ${HIDDEN} are not for statements`);

    const compiled: CompiledPart[] = [];
    for (const source of reading.sources) {
      const { sql } = await source.compile(compiler, session);
      compiled.push({ view: source.view.name, summary: summary(source), sql });
    }
    for (const use of reading.uses) applyAggregate(use, reading);
    for (const check of reading.checks) check();
    return {
      kind: 'rewritten',
      text: reading.text.render(),
      views: [...new Set(reading.sources.map(({ view }) => view.name))],
      compiled,
    };
  } catch (error) {
    return refused(error);
  }
}

function refused(error: unknown): RewriteOutcome {
  if (error instanceof Refusal) {
    const { sqlState, message, hint } = error;
    return { kind: 'refused', sqlState, reason: message, ...(hint === undefined ? {} : { hint }) };
  }
  if (error instanceof RangeError) {
    return {
      kind: 'refused',
      sqlState: '54001',
      reason: 'The statement is nested too deeply',
      hint: 'Write it in fewer levels.',
    };
  }
  throw error;
}

function summary({ members }: ViewSource): string {
  const { measures, dimensions } = members;
  const parts = [
    ...(measures.length > 0 ? [`measures ${measures.join(', ')}`] : []),
    ...(dimensions.length > 0 ? [`by ${dimensions.join(', ')}`] : []),
  ];
  return parts.join('; ');
}

/** The query of a statement, also of one that does something with a query. */
function selectOf(node: Node): SelectStmt {
  if ('SelectStmt' in node) return node.SelectStmt;
  const inner =
    'ExplainStmt' in node
      ? node.ExplainStmt.query
      : 'DeclareCursorStmt' in node
        ? node.DeclareCursorStmt.query
        : 'PrepareStmt' in node
          ? node.PrepareStmt.query
          : 'CopyStmt' in node && node.CopyStmt.is_from !== true
            ? node.CopyStmt.query
            : undefined;
  if (inner === undefined) refuse('42501', 'Views can only be read, by SELECT');
  return selectOf(inner);
}

/** The tables a statement names. Where the tree allows nothing but a table (COPY, SELECT INTO), it stands without its kind. */
const tablesOf = (node: Node): RangeVar[] =>
  partsOf(node).filter((part) => typeof part['relname'] === 'string');

const viewOf = ({ relname, schemaname }: RangeVar, reading: Reading): string | undefined =>
  schemaname === undefined || schemaname === 'public' ? reading.view(relname ?? '')?.name : undefined;

/** Each mention of a view must have been replaced; one in a place nobody looks at would be read as it stands. */
function refuseUnread(mentions: readonly RangeVar[], reading: Reading): void {
  for (const table of mentions) {
    if (reading.seen.has(table)) continue;
    refuse(
      '0A000',
      `The view "${table.relname}" cannot be read in this place of a statement`,
      'Put it into FROM of a subquery.',
    );
  }
}
