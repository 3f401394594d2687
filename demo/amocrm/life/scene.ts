import type { StandInClock } from '../../stand-in/clock.ts';
import { StandInUsageError } from '../../stand-in/errors.ts';
import { intOf, type Json } from '../../stand-in/json.ts';
import { cardRow, type CardKind } from '../state/cards.ts';
import type { Crm } from '../state/crm.ts';
import { eventRow, noteRow, taskRow } from '../state/records.ts';

/** Something a webhook may tell: the subscription code and the form's content, `leads[status][0]{…}`. */
export interface Notice {
  readonly setting: string;
  readonly key: string;
  readonly action: string;
  readonly item: Json;
}

export const singular: Readonly<Record<CardKind, string>> = {
  leads: 'lead',
  contacts: 'contact',
  companies: 'company',
  customers: 'customer',
};

/** Where life happens: the CRM, its clock, and those who are told. Changes go through here, so each leaves its trace in events. */
export class Scene {
  readonly crm: Crm;
  readonly clock: StandInClock;
  readonly tell: (notice: Notice) => void;

  constructor(crm: Crm, clock: StandInClock, tell: (notice: Notice) => void) {
    this.crm = crm;
    this.clock = clock;
    this.tell = tell;
  }

  now(): number {
    return this.clock.now();
  }

  /** A copy of a card with all that `with=` can add. */
  card(kind: CardKind, id: number): Json {
    const row = this.crm.cards(kind).get(id);
    if (row === undefined)
      throw new StandInUsageError(`There is no ${singular[kind]} ${id} in the stand-in.`);
    return this.crm.card(kind, row);
  }

  /** Writes a card as it is given. */
  save(kind: CardKind, card: Json): void {
    this.crm.cards(kind).put(cardRow(kind, card, this.crm));
  }

  /** Writes a card as changed now by somebody. */
  change(kind: CardKind, card: Json, fields: Json, by: number): Json {
    const changed: Json = { ...card, ...fields, updated_at: this.now(), updated_by: by };
    if (fields['responsible_user_id'] !== undefined) {
      changed['group_id'] = this.crm.groupOf(intOf(fields['responsible_user_id']));
    }
    this.save(kind, changed);
    return changed;
  }

  emit(
    type: string,
    entityType: string,
    entityId: number,
    by: number,
    after: Json[] = [],
    before: Json[] = [],
    more: Json = {},
  ): string {
    const event = {
      type,
      entity_id: entityId,
      entity_type: entityType,
      created_by: by,
      created_at: this.now(),
      value_after: after,
      value_before: before,
      ...more,
    };
    const row = eventRow(event, this.crm.nextSeq(), this.crm);
    this.crm.events.put(row);
    return row.id as string;
  }

  saveTask(task: Json): void {
    this.crm.tasks.put(taskRow(task, this.crm));
  }

  saveNote(note: Json): void {
    this.crm.notes.put(noteRow(note, this.crm));
  }
}
