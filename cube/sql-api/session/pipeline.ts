import type { BackendMessage } from '../wire/backend-messages.ts';
import { errorFields } from '../wire/backend-messages.ts';
import type { PreparedStatement } from './prepare.ts';

/** A statement whose answer is over. */
export interface Finished {
  readonly statement: PreparedStatement;
  readonly startedAt: number;
  readonly rows: number;
  readonly error: { readonly sqlState: string; readonly message: string } | undefined;
}

type Expected =
  | {
      readonly kind: 'parse' | 'bind' | 'close' | 'describe' | 'sync';
      readonly statement?: PreparedStatement | undefined;
    }
  | {
      readonly kind: 'query' | 'execute';
      readonly statements: readonly PreparedStatement[];
      startedAt: number;
      index: number;
      rows: number;
    };

/** What is told about each message of the backend. */
export interface Step {
  /** The statement it is about, when one is known. */
  readonly statement: PreparedStatement | undefined;
  readonly finished: Finished | undefined;
}

const ANSWERED_BY: Readonly<Record<string, Expected['kind']>> = { '1': 'parse', '2': 'bind', '3': 'close' };
const DONE = new Set(['C', 'I', 's']);

/**
 * What was sent to the backend and is still to be answered, in order: by it each answer finds its statement. After an error the backend
 * skips everything up to the next Sync, and so does this.
 */
export class Pipeline {
  #queue: Expected[] = [];
  #isSkipping = false;

  get isEmpty(): boolean {
    return this.#queue.length === 0;
  }

  /** Statements sent whose answers are not over. */
  get running(): PreparedStatement | undefined {
    const [head] = this.#queue;
    return head !== undefined && 'index' in head ? head.statements[head.index] : head?.statement;
  }

  send(kind: 'parse' | 'bind' | 'close' | 'describe', statement?: PreparedStatement): void {
    if (!this.#isSkipping) this.#queue.push({ kind, statement });
  }

  run(kind: 'query' | 'execute', statements: readonly PreparedStatement[], startedAt: number): void {
    if (!this.#isSkipping) this.#queue.push({ kind, statements, startedAt, index: 0, rows: 0 });
  }

  sync(): void {
    this.#isSkipping = false;
    this.#queue.push({ kind: 'sync' });
  }

  addRows(count: number): void {
    const [head] = this.#queue;
    if (head !== undefined && 'rows' in head) head.rows += count;
  }

  take({ type, body }: BackendMessage): Step {
    const [head] = this.#queue;
    const statement = this.running;
    let finished: Finished | undefined;
    if (type === 'E') {
      finished = this.#fail(body);
    } else if (type === 'Z') {
      this.#queue.shift();
    } else if (head?.kind === ANSWERED_BY[type]) {
      if (type in ANSWERED_BY) this.#queue.shift();
    } else if (head?.kind === 'describe' && (type === 'T' || type === 'n')) {
      this.#queue.shift();
    } else if (head !== undefined && 'index' in head && DONE.has(type)) {
      finished = finish(head, undefined);
      head.index += 1;
      head.rows = 0;
      head.startedAt = Date.now();
      if (head.kind === 'execute') this.#queue.shift();
    }
    return { statement, finished };
  }

  #fail(body: Buffer): Finished | undefined {
    const [head] = this.#queue;
    const fields = errorFields(body);
    const error = { sqlState: fields.get('C') ?? '', message: fields.get('M') ?? '' };
    if (head?.kind !== 'query') {
      const next = this.#queue.findIndex(({ kind }) => kind === 'sync');
      this.#isSkipping = next === -1;
      this.#queue = next === -1 ? [] : this.#queue.slice(next);
    }
    if (head === undefined) return undefined;
    if ('index' in head) return finish(head, error);
    return head.statement === undefined
      ? undefined
      : { statement: head.statement, startedAt: Date.now(), rows: 0, error };
  }
}

function finish(head: Extract<Expected, { index: number }>, error: Finished['error']): Finished | undefined {
  const statement = head.statements[head.index];
  return statement && { statement, startedAt: head.startedAt, rows: head.rows, error };
}
