import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StandIn } from '../../demo/amocrm/index.ts';
import {
  admin,
  company,
  followed,
  get,
  idsOf,
  mainPipeline,
  manager,
  secondPipeline,
  started,
  t0,
} from './stand-in-company.ts';

let standIn: StandIn;
beforeAll(async () => {
  standIn = await started({ data: company(20) });
});
afterAll(() => standIn.stop());

const changed = (id: number) => t0 + 100_000 - id * 10;

describe('the paid filter of leads', () => {
  it('takes a range of updated_at, both ends included', async () => {
    const path = `/leads?filter[updated_at][from]=${changed(12)}&filter[updated_at][to]=${changed(9)}`;
    expect(idsOf(await get(standIn, path), 'leads')).toEqual([9, 10, 11, 12]);
    expect(idsOf(await get(standIn, `${path}&order[updated_at]=asc`), 'leads')).toEqual([12, 11, 10, 9]);
    expect(idsOf(await get(standIn, `${path}&order[updated_at]=asc&limit=3&page=2`), 'leads')).toEqual([9]);
    expect(idsOf(await get(standIn, `${path}&order[updated_at]=desc&limit=3`), 'leads')).toEqual([9, 10, 11]);
  });

  it('finds nothing by a scalar where a range belongs', async () => {
    expect((await get(standIn, `/leads?filter[updated_at]=${t0}`)).status).toBe(204);
  });

  it('takes lists of ids, owners and pipelines, with [] or with indexes', async () => {
    expect(
      idsOf(await get(standIn, '/leads?filter[id][]=3&filter[id][]=7&filter[id][]=999'), 'leads'),
    ).toEqual([3, 7]);
    expect(idsOf(await get(standIn, '/leads?filter[id][0]=3&filter[id][1]=7'), 'leads')).toEqual([3, 7]);
    const own = await get(standIn, `/leads?filter[responsible_user_id][]=${manager}`);
    expect(idsOf(own, 'leads')).toEqual([4, 8, 12, 16, 20]);
    expect((await get(standIn, `/leads?filter[pipeline_id][]=${secondPipeline}`)).status).toBe(204);
    expect(
      idsOf(await get(standIn, '/leads?filter[price][from]=1800&filter[price][to]=1900'), 'leads'),
    ).toEqual([18, 19]);
    expect(idsOf(await get(standIn, `/leads?filter[closed_at][from]=${t0}`), 'leads')).toEqual([
      5, 10, 15, 20,
    ]);
  });

  it('takes statuses only as pairs of pipeline and status', async () => {
    const pair = `filter[statuses][0][pipeline_id]=${mainPipeline}&filter[statuses][0][status_id]=142`;
    expect(idsOf(await get(standIn, `/leads?${pair}`), 'leads')).toEqual([5, 10, 15, 20]);
    const half = await get(standIn, '/leads?filter[statuses][0][status_id]=142');
    expect(half.status).toBe(400);
    expect(half.json.detail).toBe('Invalid params passed to filter');
  });

  it('combines with a window and pages without a gap', async () => {
    const path = `/leads?filter[responsible_user_id][]=${admin}&filter[created_at][from]=${t0 + 50}&limit=4&order[updated_at]=asc`;
    const rows = await followed(standIn, path, 'leads');
    expect(rows.map((row) => row.id)).toEqual([19, 18, 17, 15, 14, 13, 11, 10, 9, 7, 6, 5]);
  });

  it('finds by a custom field', async () => {
    standIn.setCustomField('leads', 6, 503, 'Сайт');
    standIn.setCustomField('leads', 7, 502, t0 + 500);
    expect(idsOf(await get(standIn, '/leads?filter[custom_fields_values][503][]=1'), 'leads')).toEqual([6]);
    const range = `filter[custom_fields_values][502][from]=${t0}&filter[custom_fields_values][502][to]=${t0 + 500}`;
    expect(idsOf(await get(standIn, `/leads?${range}`), 'leads')).toEqual([7]);
  });
});

describe('an account that has not bought the filter', () => {
  it('ignores it without a word, on every kind of card, and says so in the account', async () => {
    const poor = await started({ faults: { 'api-filter-off': true } });
    try {
      const account = await get(poor, '/account?with=is_api_filter_enabled');
      expect(account.json.is_api_filter_enabled).toBe(false);
      for (const kind of ['leads', 'contacts']) {
        const rows = await followed(poor, `/${kind}?filter[updated_at][from]=${t0 + 10_000_000}`, kind);
        expect(rows).toHaveLength(20);
      }
      expect(idsOf(await get(poor, '/leads?filter[id][]=3'), 'leads')).toHaveLength(20);
      delete poor.faults['api-filter-off'];
      expect((await get(poor, `/leads?filter[updated_at][from]=${t0 + 10_000_000}`)).status).toBe(204);
    } finally {
      await poor.stop();
    }
  });

  it('can be so by its own account file, and still orders', async () => {
    const data = company(20);
    const poor = await started({
      data: { ...data, account: { ...data.account, is_api_filter_enabled: false } },
    });
    try {
      const path = `/leads?filter[updated_at][from]=${changed(3)}&order[updated_at]=desc&limit=5`;
      expect(idsOf(await get(poor, path), 'leads')).toEqual([1, 2, 3, 4, 5]);
    } finally {
      await poor.stop();
    }
  });
});

describe('the free filters of tasks and notes', () => {
  it('take a moment (after it) or a range', async () => {
    await standIn.clock.set(t0 + 1_000);
    const early = standIn.createTask({ responsible_user_id: manager, entity_id: 4, entity_type: 'leads' });
    const note = standIn.addNote('leads', 4, 'common', { text: 'раз' });
    await standIn.clock.set(t0 + 2_000);
    const late = standIn.createTask({ responsible_user_id: admin });
    const noteOfContact = standIn.addNote('contacts', 9004, 'common', { text: 'два' });
    expect(idsOf(await get(standIn, `/tasks?filter[updated_at]=${t0 + 1_000}`), 'tasks')).toEqual([late]);
    expect(idsOf(await get(standIn, `/tasks?filter[updated_at][from]=${t0 + 1_000}`), 'tasks')).toEqual([
      early,
      late,
    ]);
    expect(idsOf(await get(standIn, `/tasks?filter[responsible_user_id][]=${manager}`), 'tasks')).toEqual([
      early,
    ]);
    expect(
      idsOf(await get(standIn, '/tasks?filter[entity_type]=leads&filter[entity_id][]=4'), 'tasks'),
    ).toEqual([early]);
    expect((await get(standIn, '/tasks?filter[entity_id][]=4')).status).toBe(400);
    expect(idsOf(await get(standIn, '/leads/notes'), 'notes')).toEqual([note]);
    expect(idsOf(await get(standIn, '/contacts/notes'), 'notes')).toEqual([noteOfContact]);
    expect((await get(standIn, `/leads/notes?filter[updated_at]=${t0 + 1_000}`)).status).toBe(204);
    expect(idsOf(await get(standIn, '/contacts/9004/notes'), 'notes')).toEqual([noteOfContact]);
    expect((await get(standIn, `/contacts/notes/${noteOfContact}`)).json.params).toEqual({ text: 'два' });
    expect((await get(standIn, '/leads/notes?filter[note_type][]=call_in')).status).toBe(204);
  });
});
