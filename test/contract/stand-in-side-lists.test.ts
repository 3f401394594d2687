import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StandIn } from '../../demo/amocrm/index.ts';
import { company, get, idsOf, started } from './stand-in-company.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await started({
    data: company(5, {
      tags: [
        { id: 1, name: 'VIP', color: 'EBEBEB' },
        { id: 2, name: 'Опт', entity_type: 'contacts', color: 'EBEBEB' },
      ],
      catalogs: [{ id: 1001, name: 'Товары', type: 'products' }],
      catalog_elements: [
        { id: 61, name: 'Стол', catalog_id: 1001 },
        { id: 62, name: 'Стул', catalog_id: 1001 },
      ],
    }),
  });
});
afterAll(() => standIn.stop());

describe('the lists beside the main ones', () => {
  it('tags belong to a kind of card and have colours on leads only', async () => {
    expect((await get(standIn, '/leads/tags')).json._embedded.tags).toEqual([
      { id: 1, name: 'VIP', color: 'EBEBEB' },
    ]);
    expect((await get(standIn, '/contacts/tags')).json._embedded.tags).toEqual([
      { id: 2, name: 'Опт', color: null },
    ]);
    expect((await get(standIn, '/companies/tags')).status).toBe(204);
  });

  it('catalogs have elements under the key "elements"', async () => {
    expect(idsOf(await get(standIn, '/catalogs'), 'catalogs')).toEqual([1001]);
    expect(idsOf(await get(standIn, '/catalogs/1001/elements'), 'elements')).toEqual([61, 62]);
    expect((await get(standIn, '/catalogs/1001/elements/62')).json).toMatchObject({
      name: 'Стул',
      catalog_id: 1001,
    });
    expect((await get(standIn, '/catalogs/7/elements')).status).toBe(404);
  });

  it('links need the cards they are asked for, and say who is the main contact', async () => {
    expect((await get(standIn, '/leads/links')).status).toBe(400);
    const { json } = await get(standIn, '/leads/links?filter[entity_id][]=1&filter[entity_id][]=2');
    expect(json._total_items).toBe(4);
    expect(json._embedded.links).toContainEqual({
      entity_id: 2,
      entity_type: 'leads',
      to_entity_id: 9002,
      to_entity_type: 'contacts',
      metadata: { main_contact: true },
    });
    const own = (await get(standIn, '/leads/1/links?filter[to_entity_type]=companies')).json;
    expect(own._embedded.links).toEqual([
      { to_entity_id: 8000, to_entity_type: 'companies', metadata: null },
    ]);
  });

  it('custom fields are listed by kind of card, with their options', async () => {
    const { json } = await get(standIn, '/leads/custom_fields');
    expect(json._embedded.custom_fields.map((field: { id: number }) => field.id)).toEqual([501, 502, 503]);
    expect(json._embedded.custom_fields[2]).toMatchObject({
      type: 'select',
      enums: [{ id: 1, value: 'Сайт' }],
    });
    expect((await get(standIn, '/contacts/custom_fields')).status).toBe(204);
  });

  it('talks have no list, and there are none', async () => {
    expect((await get(standIn, '/talks/5')).status).toBe(404);
    expect((await get(standIn, '/talks')).status).toBe(404);
  });
});
