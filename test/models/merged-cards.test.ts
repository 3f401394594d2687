import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START, createSmallCrm, event, lead, type RawRow, type SmallCrm } from './small-crm.ts';

const GONE = 501;
const SURVIVOR = 502;
const STRANGER = 503;
const LEFT_ALONE = 504;

const DEAL = 1;

function contact(id: number, phone: string, more: Partial<RawRow> = {}, company?: number): RawRow {
  return {
    stream: 'contacts',
    id: String(id),
    updatedAt: 1,
    payload: {
      id,
      name: `Contact ${id}`,
      created_at: START,
      custom_fields_values: [{ field_code: 'PHONE', values: [{ value: phone }] }],
      _embedded: { companies: company === undefined ? [] : [{ id: company }] },
    },
    ...more,
  };
}

const note = (id: number, on: number): RawRow => ({
  stream: 'notes',
  id: String(id),
  updatedAt: 1,
  payload: {
    id,
    entity_type: 'contacts',
    entity_id: on,
    note_type: 'common',
    created_by: 1,
    created_at: START,
    params: { text: 'called' },
  },
});

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createSmallCrm();
  await crm.put([
    contact(GONE, '+7 (901) 000-00-01'),
    contact(SURVIVOR, '+7 901 000 00 01'),
    contact(STRANGER, '+7 901 000 00 03'),
    contact(LEFT_ALONE, '+7 901 000 00 01'),
    note(1, GONE),
    note(2, STRANGER),
    lead({ id: DEAL, status: 20, contacts: [{ id: GONE, is_main: true }] }),
  ]);
  await crm.build();
});
afterAll(() => crm.drop());

const clients = async (): Promise<unknown> =>
  (
    await crm.rows<{ what: string; client: string }>(
      `select 'note ' || split_part(activity_id, ':', 3) as what, split_part(client_id, ':', 3) as client from marts.fct_activities
       union all select 'deal ' || crm_id, split_part(client_id, ':', 3) from marts.fct_deals order by 1`,
    )
  ).map(({ what, client }) => `${what}: ${client}`);

describe('what was done about a merged contact', () => {
  it('is its own while it lives', async () => {
    expect(await clients()).toEqual([`deal 1: ${GONE}`, `note 1: ${GONE}`, `note 2: ${STRANGER}`]);
  });

  it('moves to the card it was merged into, that of the same number, and to no other one', async () => {
    await crm.put([
      contact(GONE, '+7 (901) 000-00-01', { isDeleted: true, deletedAt: 20 }),
      // A card that merely vanished has no survivor.
      contact(STRANGER, '+7 901 000 00 03', { isDeleted: true, deletedAt: 20 }),
      event('entity_merged', SURVIVOR, 20, { entity: 'contact' }),
    ]);
    await crm.build();
    expect(await clients()).toEqual([`deal 1: ${SURVIVOR}`, `note 1: ${SURVIVOR}`, `note 2: ${STRANGER}`]);
  });

  it('goes with the survivor to its company', async () => {
    await crm.put([contact(SURVIVOR, '+7 901 000 00 01', { updatedAt: 30 }, 9)]);
    await crm.build();
    expect(await clients()).toEqual(['deal 1: 9', 'note 1: 9', `note 2: ${STRANGER}`]);
  });

  it('is its own again when the card is back', async () => {
    await crm.put([contact(GONE, '+7 (901) 000-00-01', { updatedAt: 40 })]);
    await crm.build();
    expect(await clients()).toEqual([`deal 1: ${GONE}`, `note 1: ${GONE}`, `note 2: ${STRANGER}`]);
    const before = await crm.rows('select * from marts.fct_deals');
    await crm.build({ full: true });
    expect(await crm.rows('select * from marts.fct_deals')).toEqual(before);
  });
});
