import type { Warehouse } from '../../warehouse/index.ts';

/** Meetings of one calendar that the warehouse has, by the object they came in. Those outside the window are left as they are. */
export class KnownEvents {
  readonly #byObject = new Map<string, Set<string>>();

  private constructor(rows: readonly { id: string; object: string }[]) {
    for (const { id, object } of rows) {
      const ids = this.#byObject.get(object) ?? new Set<string>();
      this.#byObject.set(object, ids.add(id));
    }
  }

  static async of(
    { pool }: Warehouse,
    key: { readonly account: string; readonly calendar: string },
    window: { readonly from: Date; readonly to: Date },
  ): Promise<KnownEvents> {
    const { rows } = await pool.query<{ id: string; object: string }>(
      `select id, payload ->> 'object' as object from raw.calendar__events
       where account_id = $1 and not is_deleted and payload ->> 'calendar' = $2
         and (payload ->> 'start_at')::timestamptz between $3 and $4`,
      [key.account, key.calendar, window.from, window.to],
    );
    return new KnownEvents(rows);
  }

  get objects(): readonly string[] {
    return [...this.#byObject.keys()];
  }

  /** Of an object, those that are not among the meetings it has now. */
  absent(object: string, present: ReadonlySet<string>): string[] {
    return [...(this.#byObject.get(object) ?? [])].filter((id) => !present.has(id));
  }
}
