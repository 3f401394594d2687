import type { Json } from '../stand-in/json.ts';
import { cardShapes, cardText, tombstoneText, type CardKind } from './state/cards.ts';
import type { Crm } from './state/crm.ts';
import { fromWire } from './wire-text.ts';

/** A stream whose rows can be compared with what a reader has. */
export type TruthStream = CardKind | 'events' | 'tasks' | 'notes' | 'only_deleted';

export interface TruthRow {
  readonly id: number | string;
  /** Unix seconds; for events the moment of creation. */
  readonly updatedAt: number;
  /** The JSON text exactly as the API sends it with the given `with`. */
  readonly text: string;
}

/**
 * What the CRM holds at this moment, whatever faults and rights do to the answers. `crm` is the live state itself; `rows` gives it
 * as the API would write it, to be compared with what was landed.
 */
export class Truth {
  readonly crm: Crm;

  constructor(crm: Crm) {
    this.crm = crm;
  }

  /** Rows by id (events by time and place). `withs` as in `with=`; `notesOf` narrows notes to leads, contacts or companies. */
  *rows(
    stream: TruthStream,
    options: { readonly with?: readonly string[]; readonly notesOf?: CardKind } = {},
  ): Generator<TruthRow> {
    const { crm } = this;
    const wanted = options.with ?? [];
    if (stream === 'events') {
      for (const row of crm.events.sorted('createdAt')) yield shown(row, `${row.text}}}}`);
    } else if (stream === 'tasks') for (const row of crm.tasks.sorted('tie')) yield shown(row, row.text);
    else if (stream === 'notes') {
      for (const row of crm.notes.sorted('tie')) {
        if (options.notesOf === undefined || row.entityType === options.notesOf) yield shown(row, row.text);
      }
    } else if (stream === 'only_deleted') {
      for (const row of crm.bin.sorted('tie')) yield shown(row, tombstoneText(row, crm.publicUrl));
    } else {
      for (const row of crm.cards(stream).sorted('tie')) {
        yield shown(
          row,
          cardText(stream, row, wanted, (of, name) => crm.computed(stream, of, name)),
        );
      }
    }
  }

  /** One whole card, or the last full content of a deleted lead; undefined when the CRM has never had it or has purged it. */
  card(kind: CardKind, id: number): Json | undefined {
    const row = this.crm.cards(kind).get(id) ?? (kind === 'leads' ? this.crm.bin.get(id) : undefined);
    return row === undefined ? undefined : this.crm.card(kind, row);
  }

  count(stream: TruthStream): number {
    return stream === 'only_deleted' ? this.crm.bin.size : this.crm[stream].size;
  }

  /** What `with=` can add to a kind of card. */
  withs(kind: CardKind): string[] {
    return [...Object.keys(cardShapes[kind].embedded), ...Object.keys(cardShapes[kind].beside)];
  }
}

function shown(row: { readonly id: number | string; readonly updatedAt: number }, wire: string): TruthRow {
  return { id: row.id, updatedAt: row.updatedAt, text: fromWire(wire) };
}
