import type { FrontendMessage } from '../wire/frontend-messages.ts';
import { cStringAt } from '../wire/frontend-messages.ts';
import { decode, encode } from '../wire/encodings.ts';
import { parse, query } from '../wire/messages.ts';
import type { Pipeline } from './pipeline.ts';
import type { PreparedStatement, PreparedText } from './prepare.ts';

export interface TextsOptions {
  readonly pipeline: Pipeline;
  readonly prepare: (sql: string) => Promise<PreparedText>;
  /** The conversion for what the client writes now. */
  readonly encoding: () => string;
}

/**
 * Turns the client's messages into those the backend gets: texts of Query and Parse are rewritten, all others stay as they are. Notes
 * what each will be answered for.
 */
export class StatementTexts {
  readonly #options: TextsOptions;
  readonly #prepared = new Map<string, PreparedStatement | undefined>();
  readonly #portals = new Map<string, PreparedStatement | undefined>();

  constructor(options: TextsOptions) {
    this.#options = options;
  }

  async translate(message: FrontendMessage): Promise<Buffer> {
    const { pipeline } = this.#options;
    const { type, body, bytes } = message;
    switch (type) {
      case 'Q':
        return this.#query(bytes, cStringAt(body, 0).bytes);
      case 'F':
        // A function called by its number, past any statement.
        return this.#query(undefined, Buffer.from('call pg_catalog.fastpath()'));
      case 'P':
        return this.#parse(message);
      case 'B': {
        const portal = cStringAt(body, 0);
        const statement = this.#prepared.get(text(cStringAt(body, portal.end).bytes));
        this.#portals.set(text(portal.bytes), statement);
        pipeline.send('bind', statement);
        return bytes;
      }
      case 'D':
        pipeline.send('describe', this.#named(body));
        return bytes;
      case 'E': {
        const statement = this.#portals.get(text(cStringAt(body, 0).bytes));
        pipeline.run('execute', statement ? [statement] : [], Date.now());
        return bytes;
      }
      case 'C':
        pipeline.send('close');
        (body[0] === 83 ? this.#prepared : this.#portals).delete(text(cStringAt(body, 1).bytes));
        return bytes;
      case 'S':
        pipeline.sync();
        return bytes;
      default:
        return bytes;
    }
  }

  async #query(asItCame: Buffer | undefined, sqlBytes: Buffer): Promise<Buffer> {
    const startedAt = Date.now();
    const encoding = this.#options.encoding();
    const prepared = await this.#options.prepare(decode(sqlBytes, encoding));
    this.#options.pipeline.run('query', prepared.statements, startedAt);
    if (prepared.text === undefined && asItCame !== undefined) return asItCame;
    return query(encode(prepared.text ?? '', encoding));
  }

  async #parse({ body, bytes }: FrontendMessage): Promise<Buffer> {
    const name = cStringAt(body, 0);
    const sql = cStringAt(body, name.end);
    const encoding = this.#options.encoding();
    const prepared = await this.#options.prepare(decode(sql.bytes, encoding));
    const statement = prepared.statements.find((one) => one.refusal) ?? prepared.statements[0];
    this.#prepared.set(text(name.bytes), statement);
    this.#options.pipeline.send('parse', statement);
    if (prepared.text === undefined) return bytes;
    return parse(text(name.bytes), encode(prepared.text, encoding), body.subarray(sql.end));
  }

  #named(body: Buffer): PreparedStatement | undefined {
    return (body[0] === 83 ? this.#prepared : this.#portals).get(text(cStringAt(body, 1).bytes));
  }
}

/** Names are compared and passed on byte by byte, whatever their encoding. */
function text(bytes: Buffer): string {
  return bytes.toString('latin1');
}
