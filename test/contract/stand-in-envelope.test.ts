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
  started,
  t0,
} from './stand-in-company.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await started({ data: company(20) });
});
afterAll(() => standIn.stop());

describe('the envelope of a list', () => {
  it('has _page, self and next on page 1, and first and prev after it', async () => {
    const first = await get(standIn, '/leads?limit=8');
    expect(first.type).toBe('application/hal+json');
    expect(first.json._page).toBe(1);
    expect(Object.keys(first.json._links)).toEqual(['self', 'next']);
    const second = await get(standIn, first.json._links.next.href);
    expect(second.json._page).toBe(2);
    expect(Object.keys(second.json._links).sort()).toEqual(['first', 'next', 'prev', 'self']);
    expect(idsOf(second, 'leads')).toEqual([9, 10, 11, 12, 13, 14, 15, 16]);
    const last = await get(standIn, second.json._links.next.href);
    expect(idsOf(last, 'leads')).toEqual([17, 18, 19, 20]);
    expect(last.json._links.next).toBeUndefined();
  });

  it('carries the filters in every link, brackets percent-encoded', async () => {
    const path = `/leads?limit=5&filter[updated_at][from]=${t0}&filter[pipeline_id][]=${mainPipeline}&order[updated_at]=asc`;
    const { json } = await get(standIn, path);
    expect(json._links.next.href).toContain(`filter%5Bupdated_at%5D%5Bfrom%5D=${t0}`);
    expect(json._links.next.href).toContain(`filter%5Bpipeline_id%5D%5B0%5D=${mainPipeline}`);
    expect(json._links.next.href).toContain('order%5Bupdated_at%5D=asc');
    const rows = await followed(standIn, path, 'leads');
    expect(rows.map((row) => row.id)).toEqual(Array.from({ length: 20 }, (_, place) => 20 - place));
  });

  it('gives a next link after a full last page, and that page is 204 with no body at all', async () => {
    const full = await get(standIn, '/leads?limit=20');
    expect(idsOf(full, 'leads')).toHaveLength(20);
    const beyond = await get(standIn, full.json._links.next.href);
    expect(beyond.status).toBe(204);
    expect(beyond.text).toBe('');
    expect(beyond.type).toBeNull();
  });

  it('counts totals for users and custom fields (paged) and pipelines (whole), and nowhere else', async () => {
    const users = await get(standIn, '/users');
    expect(users.json).toMatchObject({ _total_items: 3, _page: 1, _page_count: 1 });
    expect((await get(standIn, '/leads/custom_fields?limit=2')).json).toMatchObject({
      _total_items: 3,
      _page_count: 2,
    });
    const pipelines = await get(standIn, '/leads/pipelines');
    expect(pipelines.json._total_items).toBe(2);
    expect(pipelines.json._page).toBeUndefined();
    for (const path of ['/leads', '/contacts', '/companies']) {
      const list = await get(standIn, path);
      expect(Object.keys(list.json)).toEqual(['_page', '_links', '_embedded']);
    }
  });

  it('serves 50 rows by default, 250 at most, and falls to 50 above that', async () => {
    const big = await started({ data: company(300) });
    try {
      expect(idsOf(await get(big, '/leads'), 'leads')).toHaveLength(50);
      expect(idsOf(await get(big, '/leads?limit=250'), 'leads')).toHaveLength(250);
      expect(idsOf(await get(big, '/leads?limit=251'), 'leads')).toHaveLength(50);
      expect(await followed(big, '/leads?limit=250', 'leads')).toHaveLength(300);
    } finally {
      await big.stop();
    }
  });

  it('orders by created_at, updated_at and id, both ways', async () => {
    expect(idsOf(await get(standIn, '/leads?order[updated_at]=asc&limit=3'), 'leads')).toEqual([20, 19, 18]);
    expect(idsOf(await get(standIn, '/leads?order[updated_at]=desc&limit=3'), 'leads')).toEqual([1, 2, 3]);
    expect(idsOf(await get(standIn, '/leads?order[created_at]=desc&limit=3&page=2'), 'leads')).toEqual([
      17, 16, 15,
    ]);
    expect(idsOf(await get(standIn, '/leads?order[id]=desc&limit=2'), 'leads')).toEqual([20, 19]);
  });
});

describe('one row', () => {
  it('is the row of the list, and 204 when there is none', async () => {
    const list = await get(standIn, '/leads?limit=1');
    const one = await get(standIn, '/leads/1');
    expect(one.json).toEqual(list.json._embedded.leads[0]);
    expect((await get(standIn, '/leads/999999')).status).toBe(204);
    expect((await get(standIn, '/contacts/999999')).status).toBe(204);
    expect((await get(standIn, '/tasks/999999')).status).toBe(204);
  });

  it('shows contacts, loss reason and source only when `with` asks for them', async () => {
    const bare = (await get(standIn, '/leads/5')).json;
    expect(bare).toMatchObject({
      status_id: 142,
      price: 500,
      source_id: null,
      is_deleted: false,
      account_id: 28805383,
    });
    expect(Object.keys(bare._embedded)).toEqual(['tags', 'companies']);
    expect(bare._embedded.companies).toEqual([
      { id: 8000, _links: { self: { href: 'https://roga.amocrm.ru/api/v4/companies/8000' } } },
    ]);
    const rich = (await get(standIn, '/leads/5?with=contacts,loss_reason,catalog_elements')).json;
    expect(rich._embedded.contacts[0]).toMatchObject({ id: 9005, is_main: true });
    expect(rich._embedded.loss_reason).toEqual([]);
    expect(rich._embedded.catalog_elements).toEqual([]);
  });

  it('shows a client’s leads from the leads themselves', async () => {
    const contact = (await get(standIn, '/contacts/9007?with=leads')).json;
    expect(contact._embedded.leads.map((lead: { id: number }) => lead.id)).toEqual([7]);
    const client = (await get(standIn, '/companies/8000?with=leads,contacts')).json;
    expect(client._embedded.leads).toHaveLength(20);
    expect(client._embedded.contacts).toHaveLength(20);
  });
});

describe('the account and its dictionaries', () => {
  it('shows time zone, groups, task types and the filter flag only on request', async () => {
    const bare = (await get(standIn, '/account')).json;
    expect(bare).toMatchObject({ id: 28805383, subdomain: 'roga', current_user_id: admin });
    expect(bare._embedded).toBeUndefined();
    expect(bare.is_api_filter_enabled).toBeUndefined();
    const rich = (
      await get(standIn, '/account?with=datetime_settings,users_groups,task_types,is_api_filter_enabled')
    ).json;
    expect(rich.is_api_filter_enabled).toBe(true);
    expect(rich._embedded.datetime_settings).toMatchObject({
      timezone: 'Europe/Moscow',
      timezone_offset: '+03:00',
    });
    expect(rich._embedded.users_groups).toEqual([{ id: 5, name: 'Север', uuid: null }]);
    expect(rich._embedded.task_types.map((type: { code: string }) => type.code)).toEqual([
      'FOLLOW_UP',
      'MEETING',
    ]);
  });

  it('has 142 and 143 in every pipeline, with type 0, sorted last and not editable', async () => {
    const { json } = await get(standIn, '/leads/pipelines');
    for (const pipeline of json._embedded.pipelines) {
      const [won, lost] = pipeline._embedded.statuses.slice(-2);
      expect(won).toMatchObject({
        id: 142,
        sort: 10000,
        type: 0,
        is_editable: false,
        pipeline_id: pipeline.id,
      });
      expect(lost).toMatchObject({
        id: 143,
        sort: 11000,
        type: 0,
        is_editable: false,
        pipeline_id: pipeline.id,
      });
    }
    expect(json._embedded.pipelines[0]._embedded.statuses[0]).toMatchObject({
      type: 1,
      is_editable: false,
      sort: 10,
    });
    const status = await get(standIn, `/leads/pipelines/${mainPipeline}/statuses/${firstStage}`);
    expect(status.json.name).toBe('Первичный контакт');
  });

  it('names roles and groups of a user with `with`, and lists loss reasons', async () => {
    const { json } = await get(standIn, '/users?with=role,group');
    expect(json._embedded.users[2]._embedded).toEqual({
      roles: [{ id: 31, name: 'Руководитель' }],
      groups: [{ id: 5, name: 'Север' }],
    });
    const reasons = await get(standIn, '/leads/loss_reasons');
    expect(reasons.json._embedded.loss_reasons[0]).toMatchObject({ id: 7323, name: 'Дорого' });
  });
});

describe('what the documentation does not know', () => {
  it('answers an unknown path with 404 and remembers it', async () => {
    const before = standIn.unexpected.length;
    const got = await get(standIn, '/deals');
    expect(got.status).toBe(404);
    expect(got.type).toBe('application/problem+json');
    expect(got.json).toMatchObject({ status: 404, type: 'https://httpstatus.es/404' });
    expect(got.json.detail).toContain('Cannot GET');
    expect(standIn.unexpected.length).toBe(before + 1);
  });

  it.each([
    '/leads?filter[closed]=1',
    '/leads?with=everything',
    '/contacts?with=loss_reason',
    '/tasks?filter[created_at][from]=1',
    '/leads/notes?filter[created_at][from]=1',
    '/leads?page=0',
    '/leads?limit=many',
    '/users?filter[id]=1',
  ])('answers %s with 400 and remembers it', async (path) => {
    const before = standIn.unexpected.length;
    const got = await get(standIn, path);
    expect(got.status).toBe(400);
    expect(got.json['validation-errors'][0].errors[0]).toHaveProperty('path');
    expect(standIn.unexpected.length).toBe(before + 1);
  });

  it('ignores an order that is not documented, and remembers it', async () => {
    const before = standIn.unexpected.length;
    expect((await get(standIn, '/contacts?order[created_at]=asc')).status).toBe(200);
    expect((await get(standIn, '/contacts?order[updated_at]=asc')).status).toBe(200);
    expect(standIn.unexpected.length).toBe(before + 1);
  });
});
