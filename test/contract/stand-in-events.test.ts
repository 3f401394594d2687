import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StandIn } from '../../demo/amocrm/index.ts';
import {
  admin,
  company,
  firstStage,
  followed,
  get,
  idsOf,
  mainPipeline,
  manager,
  secondStage,
  started,
  t0,
} from './stand-in-company.ts';

const move = (lead: number, createdAt: number, to: number, from: number) => ({
  type: 'lead_status_changed',
  entity_type: 'lead',
  entity_id: lead,
  created_by: manager,
  created_at: createdAt,
  value_after: [{ lead_status: { id: to, pipeline_id: mainPipeline } }],
  value_before: [{ lead_status: { id: from, pipeline_id: mainPipeline } }],
});

/** Three moves of one second, told in this order, between an older and a newer one. */
const history = [
  move(1, t0 + 10, firstStage, 1310),
  move(2, t0 + 20, firstStage, 1310),
  move(2, t0 + 20, secondStage, firstStage),
  move(2, t0 + 20, 142, secondStage),
  { type: 'contact_added', entity_type: 'contact', entity_id: 9001, created_at: t0 + 15, created_by: admin },
  { ...move(3, t0 + 30, 143, firstStage), id: '01hzzzzzzzzzzzzzzzzzzzzzzz' },
];

let standIn: StandIn;
beforeAll(async () => {
  standIn = await started({ data: company(20, { events: history }) });
});
afterAll(() => standIn.stop());

describe('the list of events', () => {
  it('is newest first, and within a second the later line of the file first', async () => {
    const rows = await followed(standIn, '/events?limit=2', 'events');
    expect(rows.map((row) => [row.created_at - t0, row.value_after[0]?.lead_status.id])).toEqual([
      [30, 143],
      [20, 142],
      [20, secondStage],
      [20, firstStage],
      [15, undefined],
      [10, firstStage],
    ]);
  });

  it('is newest first under a filter too', async () => {
    const path = `/events?filter[type]=lead_status_changed&filter[entity]=lead&limit=2`;
    const rows = await followed(standIn, path, 'events');
    expect(rows.map((row) => row.value_after[0].lead_status.id)).toEqual([
      143,
      142,
      secondStage,
      firstStage,
      firstStage,
    ]);
  });

  it('has string ids of 26 characters that grow with time and line, the same on every start', async () => {
    const ids = idsOf(await get(standIn, '/events'), 'events') as string[];
    expect(ids[0]).toBe('01hzzzzzzzzzzzzzzzzzzzzzzz');
    for (const id of ids) expect(id).toMatch(/^[0-9a-hjkmnp-tv-z]{26}$/);
    const made = ids.slice(1);
    expect([...made].sort().reverse()).toEqual(made);
    const again = await started({ data: company(20, { events: history }) });
    expect(idsOf(await get(again, '/events'), 'events')).toEqual(ids);
    await again.stop();
  });

  it('shows the documented fields, entity types in the singular', async () => {
    const [row] = (await get(standIn, '/events?filter[type]=contact_added')).json._embedded.events;
    expect(row).toEqual({
      id: row.id,
      type: 'contact_added',
      entity_id: 9001,
      entity_type: 'contact',
      created_by: admin,
      created_at: t0 + 15,
      value_after: [],
      value_before: [],
      account_id: 28805383,
      _links: { self: { href: `https://roga.amocrm.ru/api/v4/events/${row.id}` } },
      _embedded: {
        entity: { id: 9001, _links: { self: { href: 'https://roga.amocrm.ru/api/v4/contacts/9001' } } },
      },
    });
    expect((await get(standIn, `/events/${row.id}`)).json).toEqual(row);
    const named = (await get(standIn, `/events/${row.id}?with=contact_name`)).json;
    expect(named._embedded.entity.name).toBe('Контакт 1');
  });

  it('gives at most 100 rows, and in other times 50 or 250', async () => {
    const many = Array.from({ length: 300 }, (_, place) => move(1, t0 + place, firstStage, 1310));
    const big = await started({ data: company(1, { events: many }) });
    const count = async (limit: number) => idsOf(await get(big, `/events?limit=${limit}`), 'events').length;
    expect([await count(50), await count(100), await count(250)]).toEqual([50, 100, 100]);
    big.faults['events-limit-50'] = true;
    expect([await count(100), await count(101), await count(250)]).toEqual([100, 50, 50]);
    delete big.faults['events-limit-50'];
    big.faults['events-limit-250'] = true;
    expect([await count(250), await count(300)]).toEqual([250, 250]);
    expect(await followed(big, '/events?limit=250', 'events')).toHaveLength(300);
    await big.stop();
  });
});

describe('the filter of events', () => {
  it('takes a moment (after it) or a range from…to, both ends included', async () => {
    const count = async (filter: string) => idsOf(await get(standIn, `/events?${filter}`), 'events').length;
    expect(await count(`filter[created_at]=${t0 + 20}`)).toBe(1);
    expect(await count(`filter[created_at][from]=${t0 + 20}`)).toBe(4);
    expect(await count(`filter[created_at][from]=${t0 + 15}&filter[created_at][to]=${t0 + 20}`)).toBe(4);
    expect(await count(`filter[type]=lead_status_changed,contact_added`)).toBe(6);
    expect(await count(`filter[type][]=lead_status_changed&filter[type][]=contact_added`)).toBe(6);
    expect(await count(`filter[entity]=lead&filter[entity_id][]=2`)).toBe(3);
    expect(await count(`filter[created_by][]=${admin}`)).toBe(1);
    const to = `filter[value_after][leads_statuses][0]`;
    expect(await count(`${to}[pipeline_id]=${mainPipeline}&${to}[status_id]=142`)).toBe(1);
  });

  const eleven = Array.from({ length: 11 }, (_, place) => place);
  it.each([
    ['[to] without [from]', `filter[created_at][to]=${t0}`, 'Invalid params passed to filter'],
    ['an unknown type', 'filter[type][]=lead_exploded', 'Invalid params passed to filter'],
    [
      'a type of another entity',
      'filter[entity]=lead&filter[type]=contact_added',
      "Entity doesn't match type filter",
    ],
    ['a plural entity', 'filter[entity]=leads', 'Invalid params passed to filter'],
    ['entity_id without entity', 'filter[entity_id][]=2', 'Given filter conflict with other params'],
    [
      'entity_id with two entities',
      'filter[entity_id][]=2&filter[entity][]=lead&filter[entity][]=contact',
      'Given filter conflict with other params',
    ],
    [
      'eleven entity ids',
      `filter[entity]=lead&${eleven.map((id) => `filter[entity_id][]=${id}`).join('&')}`,
      'Invalid params passed to filter',
    ],
    [
      'eleven creators',
      eleven.map((id) => `filter[created_by][]=${id}`).join('&'),
      'Invalid params passed to filter',
    ],
    [
      'a custom field’s type among others',
      'filter[type][]=custom_field_501_value_changed&filter[type][]=lead_added',
      'Given filter conflict with other params',
    ],
  ])('refuses %s with 400', async (_, filter, detail) => {
    const got = await get(standIn, `/events?${filter}`);
    expect(got.status).toBe(400);
    expect(got.json).toMatchObject({ title: 'Bad Request', status: 400, detail });
  });

  it('is refused for several entities and for customers where the account is strict', async () => {
    const path = '/events?filter[entity][]=lead&filter[entity][]=contact';
    expect((await get(standIn, path)).status).toBe(200);
    standIn.faults['events-strict-entity'] = true;
    expect((await get(standIn, path)).status).toBe(400);
    expect((await get(standIn, '/events?filter[entity]=customer')).status).toBe(400);
    expect((await get(standIn, '/events?filter[entity]=lead')).status).toBe(200);
    delete standIn.faults['events-strict-entity'];
  });

  it('knows every type that /events/types lists', async () => {
    const { json } = await get(standIn, '/events/types');
    const types = json._embedded.events_types as { key: string; type: number }[];
    expect(json._total_items).toBe(types.length);
    expect(types.find((type) => type.key === 'lead_status_changed')?.type).toBe(14);
    expect(types.map((type) => type.key)).toContain('custom_field_503_value_changed');
    const plain = types.filter((type) => !type.key.startsWith('custom_field_5')).map((type) => type.key);
    expect((await get(standIn, `/events?filter[type]=${plain.join(',')}`)).status).toBe(200);
  });

  it('finds a chat message of a lead under its contact, and shows it on the lead', async () => {
    const id = standIn.addChatMessage(7, 9007, 'incoming');
    const byContact = await get(
      standIn,
      '/events?filter[entity]=contact&filter[entity_id][]=9007&filter[type]=incoming_chat_message',
    );
    expect(idsOf(byContact, 'events')).toEqual([id]);
    const [row] = byContact.json._embedded.events;
    expect(row).toMatchObject({
      entity_type: 'lead',
      entity_id: 7,
      _embedded: { entity: { linked_talk_contact_id: 9007 } },
    });
    expect(row.value_after[0].message).not.toHaveProperty('text');
    const byLead = await get(
      standIn,
      '/events?filter[entity]=lead&filter[entity_id][]=7&filter[type]=incoming_chat_message',
    );
    expect(byLead.status).toBe(204);
  });
});

describe('events that do not show', () => {
  it('at once, when the account is slow', async () => {
    const now = t0 + 1_000_000;
    await standIn.clock.set(now);
    standIn.changePrice(1, 777);
    standIn.faults['events-late'] = { seconds: 30 };
    const path = `/events?filter[created_at][from]=${now}`;
    expect((await get(standIn, path)).status).toBe(204);
    await standIn.clock.advance(30);
    expect(idsOf(await get(standIn, path), 'events')).toHaveLength(1);
    delete standIn.faults['events-late'];
  });

  it('ever, when they are lost: always the same ones', async () => {
    const many = Array.from({ length: 1000 }, (_, place) => move(1, t0 + place, firstStage, 1310));
    const big = await started({
      data: company(1, { events: many }),
      faults: { 'events-lost': { share: 0.3 } },
    });
    const once = (await followed(big, '/events?limit=100', 'events')).map((row) => row.id);
    const twice = (await followed(big, '/events?limit=100', 'events')).map((row) => row.id);
    expect(once).toEqual(twice);
    expect(once.length).toBeGreaterThan(600);
    expect(once.length).toBeLessThan(800);
    expect(big.truth.count('events')).toBe(1000);
    await big.stop();
  });
});
