import { visibleAttachments } from '../auth/principal.ts';
import { badFilter, hal, noContent, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { collectionAnswer, isAnswer, pageOf } from '../http/list.ts';
import { allOf, filterOf, idsOf, momentOrRangeOf, orderOf, undocumented } from '../http/parameters.ts';
import { buildQuery, listedValuesOf, valuesOf } from '../http/php-query.ts';
import type { CardKind } from '../state/cards.ts';
import { customersUnavailable } from './cards.ts';
import type { NoteRow, TaskRow } from '../state/row.ts';

function nameOf(call: Call): string {
  const { page: _, limit: __, ...named } = call.query;
  return `${call.path} ${call.principal.userId} ${call.principal.isAdmin} ${buildQuery(named)}`;
}

const taskFilters = [
  'responsible_user_id',
  'is_completed',
  'task_type',
  'entity_type',
  'entity_id',
  'id',
  'updated_at',
];

/** `GET /tasks` (facts §2.9). These filters are free. */
export function tasks(call: Call, id?: number): Answer {
  const error = undocumented(call, id === undefined ? { filter: taskFilters } : {});
  if (error !== undefined) return error;
  const isVisible = visibleAttachments(call.crm, call.principal);
  if (id !== undefined) {
    const task = call.crm.tasks.get(id);
    return task === undefined || (isVisible !== undefined && !isVisible(task)) ? noContent : hal(task.text);
  }
  const page = pageOf(call);
  if (isAnswer(page)) return page;
  const filter = filterOf(call);
  const changed = momentOrRangeOf(filter['updated_at']);
  if (filter['updated_at'] !== undefined && changed === undefined) return badFilter();
  if (filter['entity_id'] !== undefined && filter['entity_type'] === undefined) {
    call.unexpected('filter[entity_id] without filter[entity_type]');
    return badFilter();
  }
  const listTest = (name: string, field: 'responsible' | 'taskType' | 'entityId' | 'tie') => {
    const wanted = idsOf(filter[name]);
    return wanted === undefined ? undefined : (row: TaskRow) => wanted.has(row[field]);
  };
  const completed = valuesOf(filter['is_completed'])[0];
  const kinds =
    filter['entity_type'] === undefined ? undefined : new Set(listedValuesOf(filter['entity_type']));
  const where = allOf<TaskRow>([
    listTest('responsible_user_id', 'responsible'),
    listTest('task_type', 'taskType'),
    listTest('entity_id', 'entityId'),
    listTest('id', 'tie'),
    completed === undefined ? undefined : (row) => row.isCompleted === (completed === '1'),
    kinds === undefined ? undefined : (row) => kinds.has(row.entityType),
    isVisible,
  ]);
  const orders = { id: 'tie', created_at: 'createdAt', complete_till: 'completeTill' } as const;
  const order = orderOf<'tie' | 'createdAt' | 'completeTill'>(call, orders, { by: 'tie', desc: false });
  const window = changed === undefined ? {} : { window: { by: 'updatedAt' as const, ...changed } };
  return collectionAnswer(
    call,
    'tasks',
    call.crm.tasks,
    { order, ...window, where, name: nameOf(call) },
    page,
    (row) => row.text,
  );
}

/** `GET /{entity}/notes`, `/{entity}/{id}/notes` (facts §2.10). No filter by created_at. */
export function notes(call: Call, kind: CardKind, cardId?: number): Answer {
  const unavailable = kind === 'customers' ? customersUnavailable(call) : undefined;
  if (unavailable !== undefined) return unavailable;
  const error = undocumented(call, {
    filter: ['id', 'entity_id', 'note_type', 'updated_at'],
    with: ['is_pinned'],
  });
  if (error !== undefined) return error;
  const page = pageOf(call);
  if (isAnswer(page)) return page;
  const filter = filterOf(call);
  const changed = momentOrRangeOf(filter['updated_at']);
  if (filter['updated_at'] !== undefined && changed === undefined) return badFilter();
  const ids = idsOf(filter['id']);
  const cards = cardId === undefined ? idsOf(filter['entity_id']) : new Set([cardId]);
  const types = filter['note_type'] === undefined ? undefined : new Set(listedValuesOf(filter['note_type']));
  const where = allOf<NoteRow>([
    (row) => row.entityType === kind,
    ids === undefined ? undefined : (row) => ids.has(row.tie),
    cards === undefined ? undefined : (row) => cards.has(row.entityId),
    types === undefined ? undefined : (row) => types.has(row.noteType),
    visibleAttachments(call.crm, call.principal),
  ]);
  const order = orderOf<'tie' | 'updatedAt'>(
    call,
    { id: 'tie', updated_at: 'updatedAt' },
    { by: 'tie', desc: false },
  );
  const window = changed === undefined ? {} : { window: { by: 'updatedAt' as const, ...changed } };
  return collectionAnswer(
    call,
    'notes',
    call.crm.notes,
    { order, ...window, where, name: nameOf(call) },
    page,
    (row) => row.text,
  );
}

/** `GET /{entity}/notes/{id}`. */
export function note(call: Call, kind: CardKind, id: number): Answer {
  const row = call.crm.notes.get(id);
  const isVisible = visibleAttachments(call.crm, call.principal);
  if (row?.entityType !== kind || (isVisible !== undefined && !isVisible(row))) return noContent;
  return hal(row.text);
}
