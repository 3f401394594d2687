import { WHOLE, type LivenessNews, type Row, type StreamSpec } from '../engine/stream.ts';
import * as expected from './expected.ts';
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
  readsFromBothEnds: true,
  pageSize: 250,
  maxPages: 64,
  overlapSeconds: 600,
  history: 'none',
  needs: 'any',
  key: id,
  cursorOf: updatedAt,
} as const;

/** Lists that are long or change seldom, and that no figure of today hangs on. */
const HOURLY = 3_600;

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
    partOf: (row) => text(row['entity_type']),
    definition: ({ name, type }) => ({ name: text(name) ?? '', type: text(type) ?? '' }),
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
    expected: expected.lead,
    sweepsIds: true,
  },
  {
    ...windowed,
    name: 'contacts',
    parts: WHOLE,
    deletions: 'feed',
    windowMayBeIgnored: true,
    schema: schemas.client,
    expected: expected.contact,
    sweepsIds: true,
  },
  {
    ...windowed,
    name: 'companies',
    parts: WHOLE,
    deletions: 'feed',
    windowMayBeIgnored: true,
    schema: schemas.client,
    expected: expected.company,
    sweepsIds: true,
  },
  {
    ...windowed,
    name: 'events',
    parts: WHOLE,
    cursor: 'created_at',
    order: 'newest-first',
    readsFromBothEnds: false,
    // More than 100 gave 50 rows in 2023 and 250 in 2026.
    pageSize: 100,
    deletions: 'none',
    windowMayBeIgnored: false,
    schema: schemas.event,
    expected: expected.event,
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
    expected: expected.task,
  },
  {
    ...windowed,
    name: 'notes',
    // A call lies on whichever of the first three its phone number was found, so all are read.
    parts: [
      { name: 'leads' },
      { name: 'contacts' },
      { name: 'companies' },
      { name: 'customers', isOptional: true },
    ],
    deletions: 'none',
    windowMayBeIgnored: false,
    schema: schemas.note,
    expected: expected.note,
  },
  {
    // Incoming leads. The list knows no edits and no past: who is accepted or declined leaves it, and is kept here as it was.
    ...wholeList,
    name: 'unsorted',
    deletions: 'departure',
    confirmsAbsence: true,
    needs: 'feature',
    schema: schemas.unsorted,
    expected: expected.unsorted,
    key: (row) => String(row['uid']),
  },
  {
    // No documented sort, and a filter by change only where it was bought: read whole.
    ...wholeList,
    name: 'customers',
    confirmsAbsence: true,
    refreshSeconds: HOURLY,
    needs: 'feature',
    schema: schemas.customer,
    expected: expected.customer,
  },
  {
    ...wholeList,
    name: 'transactions',
    deletions: 'flag',
    refreshSeconds: HOURLY,
    needs: 'feature',
    schema: schemas.transaction,
    expected: expected.transaction,
  },
  {
    ...wholeList,
    name: 'tags',
    parts: [
      { name: 'leads' },
      { name: 'contacts' },
      { name: 'companies' },
      { name: 'customers', isOptional: true },
    ],
    // Cards name their tags themselves; one that nobody may choose any more does no harm here.
    deletions: 'none',
    refreshSeconds: HOURLY,
    needs: 'feature',
    schema: schemas.named,
    key: (row, part) => `${part}:${id(row)}`,
  },
  {
    ...wholeList,
    name: 'catalogs',
    confirmsAbsence: true,
    refreshSeconds: HOURLY,
    needs: 'feature',
    schema: schemas.named,
  },
  {
    ...wholeList,
    name: 'catalog_elements',
    hasListedParts: true,
    confirmsAbsence: true,
    refreshSeconds: HOURLY,
    needs: 'feature',
    schema: schemas.catalogElement,
    key: (row, part) => `${part}:${id(row)}`,
    partOf: (row) => (typeof row['catalog_id'] === 'number' ? String(row['catalog_id']) : undefined),
  },
  {
    // Seen by administrators, as users are; needs no question of its own when the source is opened.
    ...wholeList,
    name: 'roles',
    refreshSeconds: HOURLY,
    needs: 'feature',
    schema: schemas.named,
  },
];

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

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
