import type { WireText } from '../wire-text.ts';

/**
 * A row as it is kept: the JSON text ready to be sent, cut before its last braces so that what `with=` asks for can be glued on,
 * and beside it only the numbers that filters and orders look at.
 */
export interface Row {
  readonly id: number | string;
  /** Breaks ties of equal sort values: the numeric id, and for events the place in the file. */
  readonly tie: number;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** `{…,"_links":{…},"_embedded":{…` for rows with `_embedded`, otherwise `{…`; see `closers` of each kind. */
  readonly text: WireText;
  readonly createdBy: number;
}

/** A row that belongs to somebody: leads, contacts, companies, customers, tasks, notes. */
export interface OwnedRow extends Row {
  readonly updatedBy: number;
  readonly responsible: number;
  readonly group: number;
}

/** What is sent only when `with=` names it: JSON texts by the key they get in `_embedded` (or beside it). */
export type Pieces = Readonly<Partial<Record<string, WireText>>>;

/** Leads, contacts, companies, customers. */
export interface CardRow extends OwnedRow {
  readonly closestTaskAt: number;
  /** For leads; 0 elsewhere. */
  readonly pipeline: number;
  readonly status: number;
  readonly price: number;
  readonly closedAt: number;
  readonly lossReason: number;
  /** The linked company, 0 for none. */
  readonly company: number;
  readonly pieces: Pieces | undefined;
}

export interface EventRow extends Row {
  readonly type: string;
  /** Singular: lead, contact, company, customer, task, catalog_1001. */
  readonly entityType: string;
  readonly entityId: number;
}

export interface TaskRow extends OwnedRow {
  readonly completeTill: number;
  readonly isCompleted: boolean;
  readonly taskType: number;
  readonly entityType: string;
  readonly entityId: number;
}

export interface NoteRow extends OwnedRow {
  /** Plural: the path the note is found under. Not part of the answer. */
  readonly entityType: string;
  readonly entityId: number;
  readonly noteType: string;
}
