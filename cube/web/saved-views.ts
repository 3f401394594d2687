import { createHash } from 'node:crypto';
import type pg from 'pg';
import { z } from 'zod';
import type { Session } from './session-store.ts';

export interface SavedView {
  readonly id: string;
  readonly title: string;
  /** Page and filters, as in the address bar: `/funnel?period=month`. */
  readonly address: string;
}

/** As many as fit a menu. */
const MOST = 50;

export const newSavedView = z.strictObject({
  title: z.string().trim().min(1).max(80),
  // A path of this site and nothing else: no scheme, no other host.
  address: z
    .string()
    .max(2000)
    .regex(/^\/[a-z-]*(?:\?[^\s#]*)?$/),
});

/** Whose views: a user's by name; those who share the rights of a token share its views. */
function ownerOf({ user, context }: Session): string {
  if (user !== undefined) return `user:${user}`;
  const rights = JSON.stringify([context.teams, context.managers]);
  return `token:${context.role}:${createHash('sha256').update(rights).digest('hex').slice(0, 16)}`;
}

export class SavedViews {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async list(session: Session): Promise<SavedView[]> {
    const { rows } = await this.#pool.query<SavedView>(
      'select view_id as id, title, address from ops.web_saved_views where owner = $1 order by title',
      [ownerOf(session)],
    );
    return rows;
  }

  /** A view of the same title is replaced. False when there are too many. */
  async save(session: Session, view: z.output<typeof newSavedView>): Promise<boolean> {
    const { rowCount } = await this.#pool.query(
      `insert into ops.web_saved_views (owner, title, address)
       select $1, $2, $3
       where (select count(*) from ops.web_saved_views where owner = $1 and title <> $2) < $4
       on conflict (owner, title) do update set address = excluded.address`,
      [ownerOf(session), view.title, view.address, MOST],
    );
    return (rowCount ?? 0) > 0;
  }

  async remove(session: Session, id: string): Promise<void> {
    await this.#pool.query('delete from ops.web_saved_views where owner = $1 and view_id::text = $2', [
      ownerOf(session),
      id,
    ]);
  }
}
