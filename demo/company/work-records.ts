import { hash } from './random.ts';
import { ACCOUNT_ID, type Row } from './reference-records.ts';
import { TASK_TYPES } from './paperwork.ts';
import type { Note, Task, World } from './world.ts';

/** A thing with the number the CRM gave it, in the order of creation. */
export interface Numbered<T> {
  readonly id: number;
  readonly of: T;
}

/** Ids rise with creation and skip, as in an account that others write to as well. */
export function numbered<T extends { readonly at: number }>(
  things: readonly T[],
  first: number,
): Numbered<T>[] {
  let id = first;
  return things
    .slice()
    .sort((a, b) => a.at - b.at)
    .map((of, index) => ({ id: (id += 2 + 2 * (hash(first, index) % 4)), of }));
}

/** `result` is an empty list where there is none: that is what the API sends. */
export function taskRecord({ id, of: task }: Numbered<Task>, { staff }: World): Row {
  return {
    id,
    created_by: task.by,
    updated_by: task.completedAt === null ? task.by : task.completedBy,
    created_at: task.at,
    updated_at: task.changedAt,
    responsible_user_id: task.ownerId,
    group_id: staff.byId(task.ownerId).team?.id ?? 0,
    entity_id: task.dealId ?? task.contactId,
    entity_type: task.dealId !== null ? 'leads' : task.contactId !== null ? 'contacts' : null,
    duration: task.typeId === TASK_TYPES.meeting ? 3600 : 0,
    is_completed: task.completedAt !== null,
    task_type_id: task.typeId,
    text: task.text,
    result: task.result === null ? [] : { text: task.result },
    complete_till: task.dueAt,
    account_id: ACCOUNT_ID,
  };
}

/** `entity_type` tells under which of the three note lists the note is found. */
export function noteRecord({ id, of: note }: Numbered<Note>, { staff }: World): Row {
  return {
    id,
    entity_id: note.entityId,
    entity_type: note.entity,
    created_by: note.by,
    updated_by: note.by,
    created_at: note.at,
    updated_at: note.at,
    responsible_user_id: note.ownerId,
    group_id: staff.byId(note.ownerId).team?.id ?? 0,
    note_type: note.type,
    params: note.params,
    account_id: ACCOUNT_ID,
  };
}
