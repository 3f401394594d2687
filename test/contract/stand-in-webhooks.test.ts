import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { StandIn } from '../../demo/amocrm/index.ts';
import {
  admin,
  company,
  firstStage,
  get,
  mainPipeline,
  manager,
  secondStage,
  started,
  t0,
} from './stand-in-company.ts';

interface Received {
  readonly type: string | undefined;
  readonly headers: string[];
  readonly form: URLSearchParams;
}

let standIn: StandIn;
let receiver: Server;
let destination: string;
let received: Received[];
/** How the receiver answers; `undefined` = never. */
let answer: number | undefined;

beforeEach(async () => {
  received = [];
  answer = 200;
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (part: Buffer) => (body += part.toString()));
    request.on('end', () => {
      const { headers } = request;
      received.push({
        type: headers['content-type'],
        headers: Object.keys(headers),
        form: new URLSearchParams(body),
      });
      if (answer !== undefined) response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  destination = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  standIn = await started({ data: company(20), now: t0 + 200_000 });
});
afterEach(async () => {
  await standIn.stop();
  receiver.closeAllConnections();
  receiver.close();
});

const subscribe = (settings: string[]) =>
  get(standIn, '/webhooks', standIn.token, {
    method: 'POST',
    body: JSON.stringify({ destination, settings, sort: 10 }),
  });
const attempts = () => standIn.hooks.deliveries.map((delivery) => [delivery.attempt, delivery.status]);

describe('a subscription', () => {
  it('is made, changed by its destination, listed and removed', async () => {
    expect((await get(standIn, '/webhooks')).status).toBe(204);
    const made = await subscribe(['status_lead']);
    expect(made.status).toBe(201);
    expect(made.json).toMatchObject({
      destination,
      settings: ['status_lead'],
      disabled: false,
      created_by: admin,
      sort: 10,
    });
    const changed = await subscribe(['status_lead', 'add_lead']);
    expect(changed.json.id).toBe(made.json.id);
    const { json } = await get(standIn, '/webhooks');
    expect(json).toMatchObject({
      _total_items: 1,
      _embedded: { webhooks: [{ settings: ['status_lead', 'add_lead'] }] },
    });
    const remove = () =>
      get(standIn, '/webhooks', standIn.token, { method: 'DELETE', body: JSON.stringify({ destination }) });
    expect((await remove()).status).toBe(204);
    expect((await remove()).status).toBe(404);
    expect((await subscribe(['explode_lead'])).status).toBe(400);
  });
});

describe('a hook', () => {
  it('is a bracketed form of strings without a signature', async () => {
    await subscribe(['status_lead']);
    standIn.moveLead(1, { status_id: secondStage }, manager);
    standIn.changePrice(1, 5);
    await standIn.hooks.settled();
    expect(received).toHaveLength(1);
    const [hook] = received as [Received];
    expect(hook.type).toBe('application/x-www-form-urlencoded');
    expect(hook.headers.some((name) => /sign|hmac/i.test(name))).toBe(false);
    expect(Object.fromEntries(hook.form)).toMatchObject({
      'leads[status][0][id]': '1',
      'leads[status][0][status_id]': String(secondStage),
      'leads[status][0][old_status_id]': String(firstStage),
      'leads[status][0][pipeline_id]': String(mainPipeline),
      'leads[status][0][modified_user_id]': String(manager),
      'leads[status][0][last_modified]': String(t0 + 200_000),
      'leads[status][0][name]': 'Сделка 1',
      'account[id]': '28805383',
      'account[subdomain]': 'roga',
      'account[_links][self]': 'https://roga.amocrm.ru',
    });
  });

  it('tells of owners, deletions and companies in their own ways', async () => {
    await subscribe(['responsible_lead', 'delete_lead', 'add_company']);
    standIn.changeOwner(2, manager);
    standIn.deleteLead(2);
    standIn.createCompany({ name: 'ООО' });
    await standIn.hooks.settled();
    const forms = received.map((hook) => hook.form);
    expect(
      forms.some((form) => form.get('leads[responsible][0][old_responsible_user_id]') === String(admin)),
    ).toBe(true);
    const deletion = forms.find((form) => form.has('leads[delete][0][id]'));
    expect([...(deletion?.keys() ?? [])].filter((key) => key.startsWith('leads'))).toEqual([
      'leads[delete][0][id]',
      'leads[delete][0][status_id]',
      'leads[delete][0][pipeline_id]',
    ]);
    expect(forms.some((form) => form.get('contacts[add][0][type]') === 'company')).toBe(true);
  });

  it('can be lost or doubled', async () => {
    await subscribe(['update_lead']);
    standIn.faults['webhooks-lost'] = { times: 1 };
    standIn.changePrice(1, 5);
    await standIn.hooks.settled();
    expect(received).toHaveLength(0);
    delete standIn.faults['webhooks-lost'];
    standIn.faults['webhooks-doubled'] = { times: 1 };
    standIn.changePrice(1, 6);
    await standIn.hooks.settled();
    expect(received).toHaveLength(2);
  });
});

describe('a hook that is not taken', () => {
  it('is tried again after 5 and 15 minutes, and after 15 minutes and an hour more for 5xx', async () => {
    await subscribe(['update_lead']);
    answer = 503;
    standIn.changePrice(1, 5);
    await standIn.hooks.settled();
    const due = [300, 900, 900, 3600];
    for (const [place, seconds] of due.entries()) {
      await standIn.clock.advance(seconds - 1);
      expect(received).toHaveLength(place + 1);
      await standIn.clock.advance(1);
      expect(received).toHaveLength(place + 2);
    }
    await standIn.clock.advance(86_400);
    expect(attempts()).toEqual([1, 2, 3, 4, 5].map((attempt) => [attempt, 503]));
  });

  it('is tried only three times for a plain refusal', async () => {
    await subscribe(['update_lead']);
    answer = 404;
    standIn.changePrice(1, 5);
    await standIn.hooks.settled();
    await standIn.clock.advance(86_400);
    expect(attempts()).toEqual([
      [1, 404],
      [2, 404],
      [3, 404],
    ]);
  });

  it('counts as 499 when the receiver takes longer than two seconds', async () => {
    await subscribe(['update_lead']);
    answer = undefined;
    const begin = performance.now();
    standIn.changePrice(1, 5);
    await standIn.hooks.settled();
    expect(attempts()).toEqual([[1, 499]]);
    expect(performance.now() - begin).toBeGreaterThan(1900);
    answer = 200;
    await standIn.clock.advance(300);
    expect(attempts()).toEqual([
      [1, 499],
      [2, 200],
    ]);
  });

  it('switches the subscription off after more than 100 invalid answers in two hours', async () => {
    await subscribe(['update_lead']);
    answer = 400;
    for (let price = 1; price <= 100; price += 1) standIn.changePrice(1, price);
    await standIn.hooks.settled();
    const isDisabled = async () => (await get(standIn, '/webhooks')).json._embedded.webhooks[0].disabled;
    expect(await isDisabled()).toBe(false);
    standIn.changePrice(1, 101);
    await standIn.hooks.settled();
    expect(await isDisabled()).toBe(true);
    const before = received.length;
    answer = 200;
    standIn.changePrice(1, 102);
    await standIn.hooks.settled();
    expect(received).toHaveLength(before);
    expect((await subscribe(['update_lead'])).json.disabled).toBe(false);
  });
});
