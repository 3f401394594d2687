import { WHOLE, type LivenessNews, type Row, type StreamSpec } from '../engine/stream.ts';
import * as schemas from './schemas.ts';

/**
 * amoCRM's streams. Where what is said comes from: developers' pages of each entity; what the lists sort and filter by is the table in
 * "filters-api" and the entity pages. Tasks document no sort by updated_at, events no sort at all but come newest first.
 */
const id = (row: Row): string => String(row['id']);
const updatedAt = (row: Row): number | null =>
  typeof row['updated_at'] === 'number' ? row['updated_at'] : null;
const createdAt = (row: Row): number | null =>
  typeof row['created_at'] === 'number' ? row['created_at'] : null;

const windowed = {
  cursor: 'updated_at',
  order: 'oldest-first',
  pageSize: 250,
  maxPages: 64,
  overlapSeconds: 600,
  history: 'none',
  needs: 'any',
  key: id,
  cursorOf: updatedAt,
} as const;

const wholeList = {
  parts: WHOLE,
  cursor: 'none',
  order: 'by-id',
  pageSize: 250,
  maxPages: 64,
  overlapSeconds: 0,
  deletions: 'sweep',
  history: 'none',
  windowMayBeIgnored: false,
  key: id,
  cursorOf: () => null,
} as const;

export const streams: readonly StreamSpec[] = [
  { ...wholeList, name: 'account', deletions: 'none', needs: 'any', schema: schemas.account },
  { ...wholeList, name: 'users', needs: 'admin', schema: schemas.user },
  { ...wholeList, name: 'pipelines', needs: 'any', schema: schemas.pipeline },
  { ...wholeList, name: 'loss_reasons', needs: 'feature', schema: schemas.lossReason },
  {
    ...wholeList,
    name: 'custom_fields',
    parts: [{ name: 'leads' }, { name: 'contacts' }, { name: 'companies' }],
    needs: 'any',
    schema: schemas.customField,
    key: (row, part) => `${part}:${id(row)}`,
  },
  {
    ...windowed,
    name: 'leads',
    // The recycle bin: rows with is_deleted and nulls for the rest.
    parts: [{ name: 'all' }, { name: 'deleted', tombstones: true }],
    deletions: 'feed',
    history: 'events',
    windowMayBeIgnored: true,
    schema: schemas.lead,
  },
  {
    ...windowed,
    name: 'contacts',
    parts: WHOLE,
    deletions: 'feed',
    windowMayBeIgnored: true,
    schema: schemas.client,
  },
  {
    ...windowed,
    name: 'companies',
    parts: WHOLE,
    deletions: 'feed',
    windowMayBeIgnored: true,
    schema: schemas.client,
  },
  {
    ...windowed,
    name: 'events',
    parts: WHOLE,
    cursor: 'created_at',
    order: 'newest-first',
    // More than 100 gave 50 rows in 2023 and 250 in 2026.
    pageSize: 100,
    deletions: 'none',
    windowMayBeIgnored: false,
    schema: schemas.event,
    cursorOf: createdAt,
    news: lifeAndDeath,
  },
  {
    ...windowed,
    name: 'tasks',
    parts: WHOLE,
    order: 'by-id',
    deletions: 'none',
    windowMayBeIgnored: false,
    schema: schemas.task,
  },
  {
    ...windowed,
    name: 'notes',
    // A call lies on whichever of the three its phone number was found, so all are read.
    parts: [{ name: 'leads' }, { name: 'contacts' }, { name: 'companies' }],
    deletions: 'none',
    windowMayBeIgnored: false,
    schema: schemas.note,
  },
];

const PLURALS: Readonly<Record<string, string>> = {
  lead: 'leads',
  contact: 'contacts',
  company: 'companies',
};

/** `lead_deleted`, `contact_restored` and the like; contacts and companies have no other sign of it. */
function lifeAndDeath(row: Row): readonly LivenessNews[] {
  const [, entity, what] = /^(lead|contact|company)_(deleted|restored)$/.exec(String(row['type'])) ?? [];
  const stream = entity === undefined ? undefined : PLURALS[entity];
  const at = createdAt(row);
  if (stream === undefined || at === null || typeof row['entity_id'] !== 'number') return [];
  return [{ stream, id: String(row['entity_id']), isDeleted: what === 'deleted', at, tieBreaker: id(row) }];
}
