import type { Warehouse } from '../../warehouse/index.ts';

export interface KnownCopy {
  readonly id: string;
  readonly isAnswered: boolean;
  readonly isDraft: boolean;
}

/** What the warehouse holds of a source's folders: the landed rows are the only account of what is known, so it cannot go astray. */
export class KnownMessages {
  readonly #warehouse: Pick<Warehouse, 'pool'>;
  readonly #table: string;
  readonly #account: string;

  constructor(warehouse: Pick<Warehouse, 'pool'>, type: 'imap' | 'maildir', account: string) {
    this.#warehouse = warehouse;
    this.#table = `raw.${type}__messages`;
    this.#account = account;
  }

  /** Copies in a folder that are not known to be gone. */
  async inFolder(mailbox: string, folder: string): Promise<KnownCopy[]> {
    return this.#rows<KnownCopy>(
      `select id, (payload ->> 'is_answered')::boolean as "isAnswered", (payload ->> 'is_draft')::boolean as "isDraft"
       from ${this.#table}
       where account_id = $1 and payload ->> 'mailbox' = $2 and payload ->> 'folder' = $3 and not is_deleted`,
      [this.#account, mailbox, folder],
    );
  }

  async count(mailbox: string, folder: string): Promise<number> {
    const [row] = await this.#rows<{ count: string | number }>(
      `select count(*) as count from ${this.#table}
       where account_id = $1 and payload ->> 'mailbox' = $2 and payload ->> 'folder' = $3 and not is_deleted`,
      [this.#account, mailbox, folder],
    );
    return Number(row?.count ?? 0);
  }

  /** Those of the ids that are known and not gone. */
  async among(ids: readonly string[]): Promise<string[]> {
    const rows = await this.#rows<{ id: string }>(
      `select id from ${this.#table} where account_id = $1 and id = any($2) and not is_deleted`,
      [this.#account, ids],
    );
    return rows.map(({ id }) => id);
  }

  /** Copies of a mailbox in folders that are not in the list. */
  async outside(mailbox: string, folders: readonly string[]): Promise<string[]> {
    const rows = await this.#rows<{ id: string }>(
      `select id from ${this.#table}
       where account_id = $1 and payload ->> 'mailbox' = $2 and payload ->> 'folder' <> all($3) and not is_deleted`,
      [this.#account, mailbox, folders],
    );
    return rows.map(({ id }) => id);
  }

  async #rows<Row>(sql: string, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await this.#warehouse.pool.query(sql, [...values]);
    return rows as Row[];
  }
}

/** Deletions in batches that fit into one landing. Undated: nobody says when a message was removed, only that it is not there any more. */
export function* deletions(ids: readonly string[]): Generator<{ id: string; at: null }[]> {
  for (let from = 0; from < ids.length; from += 1_000) {
    yield ids.slice(from, from + 1_000).map((id) => ({ id, at: null }));
  }
}
