import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StandIn } from '../../demo/amocrm/index.ts';
import {
  admin,
  company,
  firstStage,
  followed,
  get,
  idsOf,
  incoming,
  mainPipeline,
  manager,
  secondStage,
  started,
  t0,
  tooExpensive,
} from './stand-in-company.ts';

let standIn: StandIn;
const start = t0 + 200_000;
beforeEach(async () => {
  standIn = await started({ data: company(20), now: start });
});
afterEach(async () => {
  expect(standIn.unexpected).toEqual([]);
  await standIn.stop();
});

const lead = async (id: number, query = '') => (await get(standIn, `/leads/${id}${query}`)).json;
const eventsOf = async (id: number) =>
  (await followed(standIn, `/events?filter[entity]=lead&filter[entity_id][]=${id}`, 'events')).reverse();

describe('the life of a lead', () => {
  it('leaves one event a step, in the documented shapes, and moves updated_at each time', async () => {
    const id = standIn.createLead({ price: 100, responsible_user_id: manager });
    await standIn.clock.advance(60);
    standIn.moveLead(id, { status_id: secondStage });
    await standIn.clock.advance(60);
    standIn.changePrice(id, 250);
    await standIn.clock.advance(60);
    standIn.changeOwner(id, admin, 0);
    await standIn.clock.advance(60);
    standIn.closeLost(id, tooExpensive);
    await standIn.clock.advance(60);
    standIn.reopen(id, { status_id: firstStage });
    await standIn.clock.advance(60);
    standIn.closeWon(id);
    const events = await eventsOf(id);
    const status = (status_id: number) => [{ lead_status: { id: status_id, pipeline_id: mainPipeline } }];
    expect(events.map(({ type, value_before, value_after }) => [type, value_before, value_after])).toEqual([
      ['lead_added', [], [{ note: { id: expect.any(Number) } }]],
      ['lead_status_changed', status(firstStage), status(secondStage)],
      ['sale_field_changed', [{ sale_field_value: { sale: 100 } }], [{ sale_field_value: { sale: 250 } }]],
      [
        'entity_responsible_changed',
        [{ responsible_user: { id: manager } }],
        [{ responsible_user: { id: admin } }],
      ],
      ['lead_status_changed', status(secondStage), status(143)],
      ['lead_status_changed', status(143), status(firstStage)],
      ['lead_status_changed', status(firstStage), status(142)],
    ]);
    expect(events.map((event) => event.created_at - start)).toEqual([0, 60, 120, 180, 240, 300, 360]);
    expect(events[3].created_by).toBe(0);
    expect(await lead(id)).toMatchObject({
      created_at: start,
      updated_at: start + 360,
      closed_at: start + 360,
      status_id: 142,
    });
  });

  it('sets the loss reason with 143, and keeps it after reopening', async () => {
    standIn.closeLost(1, tooExpensive);
    const lost = await lead(1, '?with=loss_reason');
    expect(lost).toMatchObject({ status_id: 143, loss_reason_id: tooExpensive, closed_at: start });
    expect(lost._embedded.loss_reason).toMatchObject([{ id: tooExpensive, name: 'Дорого' }]);
    standIn.reopen(1);
    expect(await lead(1)).toMatchObject({ status_id: firstStage, loss_reason_id: tooExpensive });
    expect(() => standIn.closeLost(1, 99)).toThrow(/no loss reason 99/);
  });

  it('puts a deleted lead into only_deleted with nulls, and brings it back whole', async () => {
    const before = await lead(3, '?with=contacts');
    standIn.deleteLead(3, admin);
    expect((await get(standIn, '/leads/3')).status).toBe(204);
    expect(idsOf(await get(standIn, '/leads'), 'leads')).not.toContain(3);
    const bin = await get(standIn, '/leads?with=only_deleted');
    expect(idsOf(bin, 'leads')).toEqual([3]);
    const [tombstone] = bin.json._embedded.leads;
    const { id, updated_at, updated_by, is_deleted, _links, _embedded, ...rest } = tombstone;
    expect({ id, updated_at, updated_by, is_deleted }).toEqual({
      id: 3,
      updated_at: start,
      updated_by: admin,
      is_deleted: true,
    });
    expect(Object.values(rest).every((value) => value === null)).toBe(true);
    expect(Object.keys(rest)).toEqual(
      expect.arrayContaining(['name', 'price', 'status_id', 'pipeline_id', 'created_at']),
    );
    expect(standIn.truth.card('leads', 3)).toMatchObject({ name: 'Сделка 3', price: 300 });
    await standIn.clock.advance(5);
    standIn.restoreLead(3, admin);
    expect((await get(standIn, '/leads?with=only_deleted')).status).toBe(204);
    expect(await lead(3, '?with=contacts')).toEqual({ ...before, updated_at: start + 5, updated_by: admin });
    expect((await eventsOf(3)).map((event) => [event.type, event.value_after])).toEqual([
      ['lead_deleted', []],
      ['lead_restored', []],
    ]);
  });

  it('forgets a purged lead everywhere', async () => {
    standIn.deleteLead(3);
    standIn.purgeLead(3);
    expect((await get(standIn, '/leads?with=only_deleted')).status).toBe(204);
    expect(standIn.truth.card('leads', 3)).toBeUndefined();
    expect(() => standIn.restoreLead(3)).toThrow(/recycle bin/);
  });

  it('gives a bulk change one second for all, and every event of it', async () => {
    const big = await started({ data: company(700), now: start });
    big.bulkUpdate(600, { responsible_user_id: manager, status_id: secondStage });
    const path = `/leads?filter[updated_at][from]=${start}&order[updated_at]=asc&limit=250`;
    const rows = await followed(big, path, 'leads');
    expect(rows).toHaveLength(600);
    expect(new Set(rows.map((row) => row.updated_at))).toEqual(new Set([start]));
    const events = await followed(big, `/events?filter[created_at][from]=${start}&limit=100`, 'events');
    expect(events.filter((event) => event.type === 'lead_status_changed')).toHaveLength(600);
    // Every fourth was the manager's already.
    expect(events.filter((event) => event.type === 'entity_responsible_changed')).toHaveLength(450);
    await big.stop();
  });
});

describe('contacts', () => {
  it('merge into one: the loser vanishes, the event names nobody, the leads follow', async () => {
    standIn.mergeContacts(9001, 9002, admin);
    expect((await get(standIn, '/contacts/9002')).status).toBe(204);
    const [event] = (await get(standIn, '/events?filter[type]=entity_merged')).json._embedded.events;
    expect(event).toMatchObject({
      entity_type: 'contact',
      entity_id: 9001,
      value_after: [],
      value_before: [],
    });
    expect((await lead(2, '?with=contacts'))._embedded.contacts).toMatchObject([{ id: 9001, is_main: true }]);
    const kept = (await get(standIn, '/contacts/9001?with=leads')).json;
    expect(kept._embedded.leads.map((one: { id: number }) => one.id)).toEqual([1, 2]);
  });

  it('vanish when deleted, with an event and without a bin', async () => {
    standIn.deleteContact(9004);
    expect(idsOf(await get(standIn, '/contacts?limit=250'), 'contacts')).not.toContain(9004);
    expect(
      (await get(standIn, '/events?filter[type]=contact_deleted')).json._embedded.events[0].entity_id,
    ).toBe(9004);
  });
});

describe('custom fields', () => {
  it('of type date are kept as midnight of the account’s zone, date_time as written', async () => {
    // 19 October 2021, 00:00 UTC comes back as 00:00 in Moscow: the pair seen in issue 402 of the official client.
    standIn.setCustomField('leads', 1, 501, 1634601600);
    standIn.setCustomField('leads', 1, 502, 1634601600);
    const values = (await lead(1)).custom_fields_values;
    expect(values).toMatchObject([
      { field_id: 501, field_type: 'date', values: [{ value: 1634590800 }] },
      { field_id: 502, field_type: 'date_time', values: [{ value: 1634601600 }] },
    ]);
  });
});

describe('tasks', () => {
  it('have [] for a result until there is one, and an event when done', async () => {
    const id = standIn.createTask({
      entity_id: 1,
      entity_type: 'leads',
      responsible_user_id: manager,
      task_type_id: 2,
    });
    const open = (await get(standIn, `/tasks/${id}`)).json;
    expect(open).toMatchObject({
      result: [],
      is_completed: false,
      entity_type: 'leads',
      task_type_id: 2,
      group_id: 5,
    });
    expect(open).not.toHaveProperty('completed_at');
    await standIn.clock.advance(3600);
    standIn.completeTask(id, 'Договорились');
    const done = (await get(standIn, `/tasks/${id}`)).json;
    expect(done).toMatchObject({
      result: { text: 'Договорились' },
      is_completed: true,
      updated_at: start + 3600,
    });
    const events = (await followed(standIn, '/events?filter[entity]=task', 'events')).reverse();
    expect(events.map((event) => event.type)).toEqual(['task_added', 'task_result_added', 'task_completed']);
    expect(idsOf(await get(standIn, '/tasks?filter[is_completed]=1'), 'tasks')).toEqual([id]);
    expect((await get(standIn, '/tasks?filter[is_completed]=0')).status).toBe(204);
  });

  it('of nobody’s card have null for entity', async () => {
    const id = standIn.createTask();
    expect((await get(standIn, `/tasks/${id}`)).json).toMatchObject({ entity_id: null, entity_type: null });
  });
});

describe('calls', () => {
  it('are notes on leads, contacts and companies, joined to their events by the note', async () => {
    const call = { duration: 63, phone: '+79161234567', call_status: 4 };
    const onLead = standIn.addCall('leads', 1, { direction: 'in', ...call });
    const onContact = standIn.addCall('contacts', 9001, { direction: 'out', ...call });
    const onCompany = standIn.addCall('companies', 8000, { direction: 'out', ...call });
    expect(idsOf(await get(standIn, '/leads/notes?filter[note_type][]=call_in'), 'notes')).toEqual([onLead]);
    expect(idsOf(await get(standIn, '/contacts/notes'), 'notes')).toEqual([onContact]);
    const note = (await get(standIn, `/companies/notes/${onCompany}`)).json;
    expect(note).toMatchObject({
      note_type: 'call_out',
      entity_id: 8000,
      params: { duration: 63, phone: '+79161234567', call_status: 4 },
    });
    expect(note).not.toHaveProperty('entity_type');
    const { json } = await get(standIn, '/events?filter[type]=incoming_call,outgoing_call');
    expect(
      json._embedded.events.map((event: { entity_type: string; value_after: unknown }) => [
        event.entity_type,
        event.value_after,
      ]),
    ).toEqual([
      ['company', [{ note: { id: onCompany } }]],
      ['contact', [{ note: { id: onContact } }]],
      ['lead', [{ note: { id: onLead } }]],
    ]);
  });
});

describe('incoming leads', () => {
  it('show in /leads in the type-1 stage, their contact not until somebody accepts', async () => {
    const { uid, leadId, contactId } = standIn.receiveUnsorted({
      category: 'forms',
      pipelineId: mainPipeline,
    });
    expect(await lead(leadId)).toMatchObject({ status_id: incoming, responsible_user_id: 0 });
    expect((await get(standIn, `/contacts/${contactId}`)).status).toBe(204);
    const [row] = (await get(standIn, '/leads/unsorted')).json._embedded.unsorted;
    expect(row).toMatchObject({
      uid,
      category: 'forms',
      _embedded: { leads: [{ id: leadId }], contacts: [{ id: contactId }] },
    });
    await standIn.clock.advance(120);
    const accepted = await get(standIn, `/leads/unsorted/${uid}/accept`, standIn.token, {
      method: 'POST',
      body: JSON.stringify({ user_id: manager, status_id: secondStage }),
    });
    expect(accepted.json).toMatchObject({ uid, category: 'forms' });
    expect(await lead(leadId)).toMatchObject({ status_id: secondStage, responsible_user_id: manager });
    expect((await get(standIn, `/contacts/${contactId}`)).status).toBe(200);
    expect((await get(standIn, '/leads/unsorted')).status).toBe(204);
    const summary = (await get(standIn, '/leads/unsorted/summary')).json;
    expect(summary).toMatchObject({
      total: 1,
      accepted: 1,
      declined: 0,
      average_sort_time: 120,
      categories: { forms: { total: 1 } },
    });
  });

  it('go to the bin when declined, and their contact is never seen', async () => {
    const { uid, leadId, contactId } = standIn.receiveUnsorted({ category: 'sip', pipelineId: mainPipeline });
    const declined = await get(standIn, `/leads/unsorted/${uid}/decline`, standIn.token, {
      method: 'DELETE',
    });
    expect(declined.status).toBe(200);
    expect(idsOf(await get(standIn, '/leads?with=only_deleted'), 'leads')).toEqual([leadId]);
    expect((await get(standIn, `/contacts/${contactId}`)).status).toBe(204);
    expect((await eventsOf(leadId)).map((event) => event.type)).toEqual(['lead_added', 'lead_deleted']);
  });
});

describe('strange content', () => {
  it('passes through as it is: a NUL, a null name, a new field, five megabytes', async () => {
    const text = 'я'.repeat(2_500_000);
    standIn.put('notes', { id: 777, entity_id: 1, note_type: 'common', created_at: start, params: { text } });
    standIn.patch('leads', 1, { name: null, brand_new: { deep: [1, 'два'] } });
    standIn.patch('leads', 2, { name: 'до\u0000после' });
    expect((await get(standIn, '/leads/notes/777')).json.params.text).toBe(text);
    expect(await lead(1)).toMatchObject({ name: null, brand_new: { deep: [1, 'два'] } });
    expect((await lead(2)).name).toBe('до\u0000после');
  });
});
