import { StandInUsageError } from '../../stand-in/errors.ts';
import type { Json } from '../../stand-in/json.ts';
import { cardRow, type CardKind } from '../state/cards.ts';
import { fromWire } from '../wire-text.ts';
import { activityLife } from './activities.ts';
import { clientLife } from './clients.ts';
import { incomingLife } from './incoming.ts';
import { leadLife } from './leads.ts';
import type { Scene } from './scene.ts';

export type RowKind = CardKind | 'tasks' | 'notes';

/** Everything that can happen in the CRM; each leaves the events and the webhooks it leaves in life. */
export function life(scene: Scene) {
  const leads = leadLife(scene);
  return {
    ...leads,
    ...clientLife(scene),
    ...activityLife(scene),
    ...incomingLife(scene, leads),
    ...plain(scene),
  };
}

export type Life = ReturnType<typeof life>;

/** Changes without a trace, for what life cannot do: strange shapes, back-dated imports, rows that vanish. */
function plain(scene: Scene) {
  const { crm } = scene;

  /** Writes a row as given, in the shape of the data files: no event, no webhook, no new `updated_at`. */
  function put(kind: RowKind, record: Json): void {
    if (kind === 'tasks') scene.saveTask(record);
    else if (kind === 'notes') scene.saveNote(record);
    else if (kind === 'leads' && record['is_deleted'] === true)
      crm.bin.put(cardRow(kind, { ...record, is_deleted: false }, crm));
    else scene.save(kind, record);
  }

  /** Changes fields of a row and nothing else; `updated_at` moves to now unless it is among the fields. */
  function patch(kind: RowKind, id: number, fields: Json): void {
    put(kind, { ...read(kind, id), updated_at: scene.now(), ...fields });
  }

  function read(kind: RowKind, id: number): Json {
    if (kind !== 'tasks' && kind !== 'notes') return scene.card(kind, id);
    const row = kind === 'tasks' ? crm.tasks.get(id) : crm.notes.get(id);
    if (row === undefined)
      throw new StandInUsageError(`There is no row ${id} among ${kind} in the stand-in.`);
    const entity = 'noteType' in row ? { entity_type: row.entityType } : {};
    return { ...(JSON.parse(fromWire(row.text)) as Json), ...entity };
  }

  /** Takes a row away as if it had never been. */
  function vanish(kind: RowKind, id: number): void {
    if (kind === 'tasks') crm.tasks.remove(id);
    else if (kind === 'notes') crm.notes.remove(id);
    else crm.cards(kind).remove(id);
  }

  /** Adds an event as given (type, entity, values), at its own `created_at` or now. */
  function addEvent(event: Json): string {
    const { type, entity_type, entity_id, created_by, value_after, value_before, ...more } = event;
    return scene.emit(
      String(type),
      String(entity_type),
      Number(entity_id),
      Number(created_by ?? 0),
      (value_after ?? []) as Json[],
      (value_before ?? []) as Json[],
      more,
    );
  }

  return { put, patch, read, vanish, addEvent };
}
