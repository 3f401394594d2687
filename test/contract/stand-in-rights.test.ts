import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StandIn } from '../../demo/amocrm/index.ts';
import { admin, company, followed, get, head, idsOf, manager, started } from './stand-in-company.ts';

let standIn: StandIn;
const managersLeads = [4, 8, 12, 16, 20];
beforeAll(async () => {
  standIn = await started({ data: company(20) });
});
afterAll(() => standIn.stop());

describe('a token that is not an administrator’s', () => {
  it('sees its own leads and contacts, and what hangs on them', async () => {
    standIn.changePrice(4, 5);
    standIn.changePrice(5, 5);
    standIn.addNote('leads', 4);
    standIn.addNote('leads', 5);
    const token = standIn.issueToken({ userId: manager });
    expect(idsOf(await get(standIn, '/leads?limit=250', token), 'leads')).toEqual(managersLeads);
    expect((await get(standIn, '/leads/5', token)).status).toBe(204);
    expect(idsOf(await get(standIn, '/contacts?limit=250', token), 'contacts')).toEqual([
      9004, 9008, 9012, 9016, 9020,
    ]);
    const events = (await get(standIn, '/events?filter[entity]=lead', token)).json._embedded.events;
    expect(new Set(events.map((event: { entity_id: number }) => event.entity_id))).toEqual(new Set([4]));
    expect((await get(standIn, '/leads/notes', token)).json._embedded.notes).toMatchObject([
      { entity_id: 4 },
    ]);
    expect((await get(standIn, '/account', token)).json.current_user_id).toBe(manager);
  });

  it('sees its group’s leads where the right says G', async () => {
    const token = standIn.issueToken({ userId: head });
    expect(idsOf(await get(standIn, '/leads?limit=250', token), 'leads')).toEqual(managersLeads);
    expect(idsOf(await get(standIn, '/contacts?limit=250', token), 'contacts')).toHaveLength(20);
  });

  it('gets 403 on users, roles, sources and webhooks, as a problem document', async () => {
    const token = standIn.issueToken({ userId: manager });
    for (const path of ['/users', `/users/${admin}`, '/roles', '/sources', '/webhooks']) {
      const got = await get(standIn, path, token);
      expect(got.status).toBe(403);
      expect(got.json).toMatchObject({ status: 403, type: 'https://httpstatus.es/403' });
    }
    expect((await get(standIn, '/leads/pipelines', token)).status).toBe(200);
  });
});

describe('an external integration', () => {
  it('has neither users nor sources, even with an administrator’s grant', async () => {
    const token = standIn.issueToken({ isExternal: true });
    for (const path of ['/users', '/roles', '/sources'])
      expect((await get(standIn, path, token)).status).toBe(403);
    expect(idsOf(await get(standIn, '/leads?limit=250', token), 'leads')).toHaveLength(20);
    expect((await get(standIn, '/sources')).status).toBe(204);
  });
});

describe('X-Context-User-ID', () => {
  it('narrows an administrator’s token to another user; an unknown user is refused', async () => {
    const as = (id: number, token = standIn.token) =>
      get(standIn, '/leads?limit=250', token, { headers: { 'x-context-user-id': String(id) } });
    expect(idsOf(await as(manager), 'leads')).toEqual(managersLeads);
    expect((await as(424242)).status).toBe(401);
    expect((await as(admin, standIn.issueToken({ userId: manager }))).status).toBe(401);
  });
});

describe('rights switched by a fault', () => {
  it('narrow the usual token in the middle of its life', async () => {
    standIn.faults['own-leads-only'] = { user: manager };
    expect((await followed(standIn, '/leads?limit=2', 'leads')).map((row) => row.id)).toEqual(managersLeads);
    delete standIn.faults['own-leads-only'];
    standIn.faults['users-forbidden'] = true;
    expect((await get(standIn, '/users')).status).toBe(403);
    delete standIn.faults['users-forbidden'];
    standIn.faults['external-integration'] = true;
    expect((await get(standIn, '/users')).status).toBe(403);
    delete standIn.faults['external-integration'];
    expect((await get(standIn, '/users')).status).toBe(200);
  });
});

describe('customers', () => {
  it('are 425 where the tariff has none, 426 where they are off, and a list where they are on', async () => {
    expect((await get(standIn, '/customers')).status).toBe(204);
    for (const [mode, status] of [
      ['unavailable', 425],
      ['disabled', 426],
    ] as const) {
      const data = company(1);
      const poor = await started({ data: { ...data, account: { ...data.account, customers_mode: mode } } });
      expect((await get(poor, '/customers')).status).toBe(status);
      expect((await get(poor, '/customers/transactions')).status).toBe(status);
      await poor.stop();
    }
    const rich = await started({
      data: company(1, {
        customers: [{ id: 1, name: 'Покупатель', created_at: 5 }],
        transactions: [{ id: 2, customer_id: 1, price: 50, created_at: 6 }],
      }),
    });
    expect(idsOf(await get(rich, '/customers'), 'customers')).toEqual([1]);
    const { json } = await get(rich, '/customers/1/transactions');
    expect(json._embedded.transactions[0]).toMatchObject({
      id: 2,
      price: 50,
      _embedded: { customer: { id: 1 } },
    });
    await rich.stop();
  });
});
