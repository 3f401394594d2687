import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { StandIn } from '../../demo/amocrm/index.ts';
import { company, get, mainPipeline, started } from './stand-in-company.ts';

const examples = join(import.meta.dirname, '../../../shared/data/amocrm_api/docs_v4');

type Shape = Record<string, unknown>;

function example(name: string): Shape {
  return JSON.parse(readFileSync(join(examples, `${name}.json`), 'utf8')) as Shape;
}

/** The keys of an object with the types of their values; `null` fits anything. */
function shape(value: Shape): Record<string, string> {
  const typeOf = (one: unknown) => (one === null ? 'null' : Array.isArray(one) ? 'list' : typeof one);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, typeOf(one)]));
}

/** Every key of the documented example is there with the same type (null fits anything), and none beyond `extra`. */
function expectSameShape(ours: Shape, theirs: Shape, extra: readonly string[] = []): void {
  const [own, documented] = [shape(ours), shape(theirs)];
  expect(
    Object.keys(own)
      .filter((key) => !extra.includes(key))
      .sort(),
  ).toEqual(Object.keys(documented).sort());
  for (const [key, type] of Object.entries(documented)) {
    if (type !== 'null' && own[key] !== 'null') expect([key, own[key]]).toEqual([key, type]);
  }
}

/* eslint-disable @typescript-eslint/no-explicit-any -- documented examples are looked into freely */
describe.skipIf(!existsSync(examples))(
  'shapes of the documentation’s own examples (skipped without ../shared/data)',
  () => {
    let standIn: StandIn;
    beforeAll(async () => {
      standIn = await started({ data: company(20) });
    });
    afterAll(() => standIn.stop());

    it('lead and list of leads', async () => {
      const theirs = example('leads-api.00') as any;
      const ours = (await get(standIn, '/leads?limit=2&page=2')).json;
      expectSameShape(ours, theirs);
      expectSameShape(ours._links, theirs._links);
      const [row, documented] = [ours._embedded.leads[0], theirs._embedded.leads[0]];
      expectSameShape(row, documented);
      expectSameShape(row._embedded, documented._embedded);
    });

    it('contact', async () => {
      const theirs = (example('contacts-api.00') as any)._embedded.contacts[0];
      // The documented example has no is_deleted; the client library reads it (facts §2.6).
      expectSameShape((await get(standIn, '/contacts')).json._embedded.contacts[0], theirs, ['is_deleted']);
    });

    it('event', async () => {
      const theirs = example('events-and-notes.01') as any;
      standIn.createLead();
      const ours = (await get(standIn, '/events?filter[type]=lead_added')).json._embedded.events[0];
      expectSameShape(ours, theirs);
      expectSameShape(ours._embedded.entity, theirs._embedded.entity);
      expectSameShape(ours.value_after[0], theirs.value_after[0]);
    });

    it('task, without a result and with one', async () => {
      const id = standIn.createTask({ entity_id: 1, entity_type: 'leads' });
      expectSameShape(
        (await get(standIn, `/tasks/${id}`)).json,
        (example('tasks-api.01') as any)._embedded.tasks[0],
      );
      standIn.completeTask(id, 'ок');
      expectSameShape((await get(standIn, `/tasks/${id}`)).json, example('tasks-api.02'));
    });

    it('user and list of users', async () => {
      const theirs = example('users-api.00') as any;
      const ours = (await get(standIn, '/users?with=role,group')).json;
      expectSameShape(ours, theirs);
      expectSameShape(ours._embedded.users[0], theirs._embedded.users[0]);
      expectSameShape(ours._embedded.users[0].rights, theirs._embedded.users[0].rights);
    });

    it('pipeline and status', async () => {
      const theirs = example('leads_pipelines.00') as any;
      const ours = (await get(standIn, '/leads/pipelines')).json;
      expectSameShape(ours, theirs);
      const [pipeline, documented] = [ours._embedded.pipelines[0], theirs._embedded.pipelines[0]];
      expectSameShape(pipeline, documented);
      for (const place of [0, 1, -1]) {
        expectSameShape(pipeline._embedded.statuses.at(place), documented._embedded.statuses.at(place));
      }
    });

    it('incoming lead', async () => {
      standIn.receiveUnsorted({ category: 'sip', pipelineId: mainPipeline });
      const theirs = (example('unsorted-api.01') as any)._embedded.unsorted[0];
      const ours = (await get(standIn, '/leads/unsorted')).json._embedded.unsorted[0];
      expectSameShape(ours, theirs);
      expectSameShape(ours._embedded, theirs._embedded);
      expectSameShape((await get(standIn, '/leads/unsorted/summary')).json, example('unsorted-api.14'));
    });
  },
);
