import type { FileShape } from '../../stand-in/shape.ts';

const card = {
  id: 'int',
  name: 'string?',
  created_at: 'int',
  updated_at: 'int?',
  created_by: 'int?',
  updated_by: 'int?',
  responsible_user_id: 'int?',
  group_id: 'int?',
  is_deleted: 'bool?',
  closest_task_at: 'int?',
  custom_fields_values: 'array?',
  _embedded: 'object?',
} as const;

/** The files of a data folder, in the API's own shapes: which fields each row must have. */
export const fileShapes = {
  'users.jsonl': { optional: false, key: ['id'], fields: { id: 'int', name: 'string', rights: 'object?' } },
  'pipelines.jsonl': {
    optional: false,
    key: ['id'],
    fields: { id: 'int', name: 'string', sort: 'int?', _embedded: 'object?' },
  },
  'loss_reasons.jsonl': { optional: false, key: ['id'], fields: { id: 'int', name: 'string' } },
  'leads.jsonl': {
    optional: false,
    key: ['id'],
    fields: {
      ...card,
      pipeline_id: 'int',
      status_id: 'int',
      price: 'number?',
      loss_reason_id: 'int?',
      closed_at: 'int?',
    },
  },
  'contacts.jsonl': { optional: false, key: ['id'], fields: card },
  'companies.jsonl': { optional: false, key: ['id'], fields: card },
  'events.jsonl': {
    optional: false,
    key: ['id'],
    fields: {
      id: 'string?',
      type: 'string',
      entity_id: 'int',
      entity_type: 'string',
      created_at: 'int',
      created_by: 'int?',
      value_after: 'array?',
      value_before: 'array?',
    },
  },
  'tasks.jsonl': {
    optional: false,
    key: ['id'],
    fields: {
      id: 'int',
      created_at: 'int',
      complete_till: 'int',
      updated_at: 'int?',
      responsible_user_id: 'int?',
      entity_id: 'int?',
      entity_type: 'string?',
      is_completed: 'bool?',
      task_type_id: 'int?',
    },
  },
  'notes.jsonl': {
    optional: false,
    key: ['id'],
    fields: {
      id: 'int',
      entity_id: 'int',
      entity_type: 'string?',
      note_type: 'string',
      created_at: 'int',
      updated_at: 'int?',
    },
  },
  'custom_fields.jsonl': {
    optional: true,
    key: ['entity_type', 'id'],
    fields: { id: 'int', name: 'string', type: 'string', entity_type: 'string' },
  },
  'unsorted.jsonl': {
    optional: true,
    key: ['uid'],
    fields: {
      uid: 'string',
      category: 'string',
      pipeline_id: 'int',
      created_at: 'int',
      _embedded: 'object?',
    },
  },
  'customers.jsonl': { optional: true, key: ['id'], fields: card },
  'transactions.jsonl': {
    optional: true,
    key: ['id'],
    fields: { id: 'int', customer_id: 'int', price: 'number?', created_at: 'int' },
  },
  'tags.jsonl': { optional: true, key: ['entity_type', 'id'], fields: { id: 'int', name: 'string' } },
  'catalogs.jsonl': { optional: true, key: ['id'], fields: { id: 'int', name: 'string' } },
  'catalog_elements.jsonl': {
    optional: true,
    key: ['id'],
    fields: { id: 'int', name: 'string', catalog_id: 'int' },
  },
  'roles.jsonl': { optional: true, key: ['id'], fields: { id: 'int', name: 'string' } },
} as const satisfies Record<string, FileShape>;

export type DataFile = keyof typeof fileShapes;

export const accountFields = {
  id: 'int',
  name: 'string',
  subdomain: 'string',
  _embedded: 'object?',
} as const;
