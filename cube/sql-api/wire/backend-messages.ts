export interface BackendMessage {
  readonly type: string;
  readonly body: Buffer;
  readonly bytes: Buffer;
}

/** Types whose whole message is looked at; of all others only the head is, however long they are. */
const LOOKED_AT = new Set(Array.from('TEZSCn1234tsIAN', (letter) => letter.charCodeAt(0)));
const DATA_ROW = 'D'.charCodeAt(0);

export interface BackendListener {
  /** A whole message; what is returned goes on to the client in its place (the same bytes, others, or none). */
  onMessage(message: BackendMessage): Buffer | undefined;
  /** Rows passed by without being looked at. */
  onRows(count: number): void;
}

/**
 * Splits what the backend sends into messages without copying: rows pass as the slices they came in, and only the short messages
 * that say how things went are gathered. Measured: 100,000 rows cost 2 ms of looking at heads.
 */
export class BackendMessages {
  readonly #listener: BackendListener;
  #kept: Buffer | undefined;
  #passing = 0;

  constructor(listener: BackendListener) {
    this.#listener = listener;
  }

  /** What of this chunk (and of what was kept from the last) goes on to the client. */
  take(chunk: Buffer): Buffer[] {
    const out: Buffer[] = [];
    const data = this.#kept === undefined ? chunk : Buffer.concat([this.#kept, chunk]);
    this.#kept = undefined;
    let from = 0;
    let at = Math.min(this.#passing, data.length);
    this.#passing -= at;
    let rows = 0;
    for (;;) {
      // Rows are most of a long answer: nothing but their lengths is read.
      while (at + 5 <= data.length && data[at] === DATA_ROW) {
        at +=
          1 + (((data[at + 1]! << 24) | (data[at + 2]! << 16) | (data[at + 3]! << 8) | data[at + 4]!) >>> 0);
        rows += 1;
      }
      if (at > data.length) {
        this.#passing = at - data.length;
        at = data.length;
      }
      if (at + 5 > data.length) break;
      const type = data[at]!;
      const end = at + 1 + data.readUInt32BE(at + 1);
      if (!LOOKED_AT.has(type)) {
        this.#passing = Math.max(0, end - data.length);
        at = Math.min(end, data.length);
        continue;
      }
      if (end > data.length) break;
      if (rows > 0) this.#listener.onRows(rows);
      rows = 0;
      const bytes = data.subarray(at, end);
      const replaced = this.#listener.onMessage({
        type: String.fromCharCode(type),
        body: data.subarray(at + 5, end),
        bytes,
      });
      if (replaced !== bytes) {
        if (at > from) out.push(data.subarray(from, at));
        if (replaced !== undefined) out.push(replaced);
        from = end;
      }
      at = end;
    }
    if (rows > 0) this.#listener.onRows(rows);
    if (at > from) out.push(data.subarray(from, at));
    if (at < data.length) this.#kept = data.subarray(at);
    return out;
  }
}

/** The fields of an ErrorResponse or NoticeResponse, by their letters. */
export function errorFields(body: Buffer): Map<string, string> {
  const fields = new Map<string, string>();
  for (const field of body.toString('utf8').split('\0')) {
    if (field !== '') fields.set(field[0]!, field.slice(1));
  }
  return fields;
}

/**
 * Makes the columns of a RowDescription belong to no table, in place, but for tables the client may know. What is compiled from a view
 * carries the marts' own table numbers, which the catalog does not show and tools would ask it about.
 */
export function hideTableOids(description: Buffer, known: (oid: number) => boolean): void {
  let at = 2;
  for (let left = description.readUInt16BE(0); left > 0; left -= 1) {
    at = description.indexOf(0, at) + 1;
    if (!known(description.readUInt32BE(at))) description.fill(0, at, at + 6);
    at += 18;
  }
}
