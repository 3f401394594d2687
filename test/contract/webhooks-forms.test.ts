import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hookPath, sourceAt, webhookKey } from '../../pipelines/webhooks/address.ts';
import { Pace } from '../../pipelines/webhooks/pace.ts';
import { readForm } from '../../pipelines/webhooks/read-form.ts';

/** A post as amoCRM writes it (developers' page "webhooks-format"), from names and values. */
function form(fields: Readonly<Record<string, string | number>>, account: string | number = 777): string {
  const all = { ...fields, 'account[id]': account, 'account[subdomain]': 'fixture' };
  return Object.entries(all)
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`)
    .join('&');
}

const named = (fields: Readonly<Record<string, string | number>>): string[] =>
  readForm(form(fields))
    .hints.map(({ kind, id }) => `${kind} ${id}`)
    .sort();

describe('a post names', () => {
  it.each(['add', 'update', 'delete', 'status', 'restore', 'responsible'])(
    'a deal by leads[%s]',
    (action) => {
      const place = `leads[${action}][0]`;
      expect(
        named({
          [`${place}[id]`]: 25_399_013,
          [`${place}[status_id]`]: 142,
          [`${place}[old_status_id]`]: 7_039_101,
          [`${place}[custom_fields][0][id]`]: 427_183,
          [`${place}[custom_fields][0][values][0][value]`]: 'x',
        }),
      ).toEqual(['leads 25399013']);
    },
  );

  it('several rows, and several kinds, at once', () => {
    expect(
      named({
        'leads[update][0][id]': 1,
        'leads[update][1][id]': 2,
        'leads[status][0][id]': 2,
        'contacts[add][0][id]': 3,
        'contacts[add][0][type]': 'contact',
      }),
    ).toEqual(['contacts 3', 'leads 1', 'leads 2']);
  });

  it('a deal and its note by leads[note]', () => {
    const note = 'leads[note][0][note]';
    expect(
      named({
        [`${note}[id]`]: 51,
        [`${note}[element_id]`]: 7,
        [`${note}[note_type]`]: 4,
        [`${note}[text]`]: 'hi',
      }),
    ).toEqual(['leads 7', 'notes:leads 51']);
  });

  it('a contact or a company, by their type, both under contacts', () => {
    expect(named({ 'contacts[update][0][id]': 5, 'contacts[update][0][type]': 'contact' })).toEqual([
      'contacts 5',
    ]);
    expect(named({ 'contacts[delete][0][id]': 6, 'contacts[delete][0][type]': 'company' })).toEqual([
      'companies 6',
    ]);
    expect(named({ 'contacts[delete][0][id]': 7 })).toEqual(['companies 7', 'contacts 7']);
    expect(
      named({
        'contacts[note][0][note][element_id]': 8,
        'contacts[note][0][note][element_type]': 3,
        'contacts[note][0][note][id]': 9,
      }),
    ).toEqual(['companies 8', 'notes:companies 9']);
  });

  it('the deals a contact was tied to', () => {
    expect(
      named({
        'contacts[add][0][id]': 5,
        'contacts[add][0][type]': 'contact',
        'contacts[add][0][linked_leads_id][17][ID]': 17,
      }),
    ).toEqual(['contacts 5', 'leads 17']);
  });

  it('a task and the card it stands on', () => {
    const task = { 'task[update][0][id]': 11, 'task[update][0][element_id]': 12 };
    expect(named({ ...task, 'task[update][0][element_type]': 2 })).toEqual(['leads 12', 'tasks 11']);
    expect(named({ ...task, 'task[update][0][element_type]': 1 })).toEqual(['contacts 12', 'tasks 11']);
    expect(named({ ...task, 'task[update][0][element_type]': 3 })).toEqual(['companies 12', 'tasks 11']);
    expect(named({ ...task, 'task[update][0][element_type]': 99 })).toEqual(['tasks 11']);
  });

  it('the cards that an incoming lead became', () => {
    const item = 'unsorted[delete][0]';
    expect(
      named({
        [`${item}[action]`]: 'accept',
        [`${item}[uid]`]: 'a1b2c3',
        [`${item}[accept_result][leads][0]`]: 21,
        [`${item}[accept_result][contacts][0]`]: 22,
      }),
    ).toEqual(['contacts 22', 'leads 21']);
    expect(named({ [`${item}[decline_result][leads][0]`]: 23, [`${item}[uid]`]: 'x' })).toEqual(['leads 23']);
    expect(named({ 'unsorted[add][0][lead_id]': 24, 'unsorted[add][0][uid]': 'x' })).toEqual(['leads 24']);
  });

  it('a talk, a message, and whom they are with', () => {
    expect(
      named({
        'talk[update][0][talk_id]': 31,
        'talk[update][0][contact_id]': 32,
        'talk[update][0][entity_id]': 33,
        'talk[update][0][entity_type]': 'lead',
      }),
    ).toEqual(['contacts 32', 'leads 33', 'talks 31']);
    expect(
      named({
        'message[add][0][id]': '0a1b2c3d-0000-4000-8000-000000000000',
        'message[add][0][talk_id]': 31,
        'message[add][0][contact_id]': 32,
        'message[add][0][element_id]': 33,
        'message[add][0][element_type]': 2,
        'message[add][0][text]': 'leads[add][0][id]=99',
      }),
    ).toEqual(['contacts 32', 'leads 33', 'talks 31']);
  });

  it('a customer', () => {
    expect(named({ 'customers[update][0][id]': 41 })).toEqual(['customers 41']);
  });

  it('its account', () => {
    expect(readForm(form({ 'leads[add][0][id]': 1 }, 31_337)).account).toBe('31337');
    expect(readForm('leads%5Badd%5D%5B0%5D%5Bid%5D=1').account).toBeUndefined();
  });
});

describe('a post names nothing', () => {
  it.each([
    '0',
    '-1',
    '+5',
    '1.5',
    '1e3',
    '0x1f',
    '007',
    ' 7',
    '7;drop table',
    'abc',
    '',
    '9007199254740993',
    '99999999999999999999',
    '٣',
  ])('by the id %j', (id) => {
    expect(named({ 'leads[add][0][id]': id })).toEqual([]);
  });

  it('by keys that are none of amoCRM’s', () => {
    expect(
      named({
        '__proto__[add][0][id]': 1,
        'constructor[add][0][id]': 1,
        'leads[id]': 1,
        'leads[add]': 1,
        'leads[add][0][custom_fields][0][id]': 1,
        leads: 1,
        'users[add][0][id]': 1,
      }),
    ).toEqual([]);
  });

  it('but never fails, whatever it holds', () => {
    const piece = fc.constantFrom(
      'leads',
      'contacts',
      '[',
      ']',
      'add',
      'id',
      '=',
      '&',
      '%5B',
      '%',
      '%zz',
      '1',
      '__proto__',
      'note',
    );
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join('')),
    );
    fc.assert(
      fc.property(text, (body) => {
        for (const { id } of readForm(body).hints) expect(Number.isSafeInteger(id) && id > 0).toBe(true);
      }),
      { numRuns: 2_000 },
    );
  });
});

it('a post that names thousands of rows means everything that is new', () => {
  const rows = Object.fromEntries(
    Array.from({ length: 2_000 }, (_, at) => [`leads[add][${at}][id]`, at + 1]),
  );
  expect(readForm(form(rows))).toEqual({ account: '777', hints: [{ kind: '*', id: 0 }] });
});

it.each([
  ['fields without a value', `${'&a'.repeat(500_000)}=`],
  ['thousands of rows', Array.from({ length: 30_000 }, (_, at) => `leads[add][${at}][id]=${at}`).join('&')],
  [
    'one row of thousands of fields',
    Array.from({ length: 30_000 }, (_, at) => `leads[add][0][f${at}]=${at}`).join('&'),
  ],
  ['brackets', '['.repeat(1_000_000)],
  ['escapes', '%5B'.repeat(330_000)],
])('a megabyte of %s holds nobody up', (_, body) => {
  const began = performance.now();
  readForm(body);
  expect(performance.now() - began).toBeLessThan(1_000);
});

describe('the address', () => {
  const key = 'a key of the tests, long enough';
  const sources = ['amocrm', 'second'];

  it('is found for its own source only', () => {
    const path = hookPath('amocrm', key);
    expect(path).toMatch(/^\/hooks\/amocrm\/amocrm\/[\w-]{43}$/);
    expect(sourceAt(path, sources, key)).toBe('amocrm');
    expect(sourceAt(path.replace('/amocrm/amocrm/', '/amocrm/second/'), sources, key)).toBeUndefined();
    expect(sourceAt(hookPath('third', key), sources, key)).toBeUndefined();
    expect(hookPath('second', key).slice(-43)).not.toBe(path.slice(-43));
  });

  it('is not found by less, more or other characters', () => {
    const path = hookPath('amocrm', key);
    const last = path.endsWith('A') ? 'B' : 'A';
    for (const wrong of [
      path.slice(0, -1),
      `${path}A`,
      path.slice(0, -1) + last,
      `${path}/`,
      path.toUpperCase(),
      '/hooks/amocrm/amocrm/',
      `${path}?`,
      `/x${path}`,
    ])
      expect(sourceAt(wrong, sources, key), wrong).toBeUndefined();
    expect(sourceAt(path, sources, 'another key of the tests')).toBeUndefined();
  });

  it('comes from VORONKA_WEBHOOK_SECRET where that is set, and a short one is refused', () => {
    expect(webhookKey('api secret', {})).toBe('api secret');
    expect(webhookKey('api secret', { VORONKA_WEBHOOK_SECRET: 'sixteen or more characters' })).toBe(
      'sixteen or more characters',
    );
    expect(() => webhookKey('api secret', { VORONKA_WEBHOOK_SECRET: 'short' })).toThrow(/at least 16/);
  });
});

it('posts are looked into up to one pace, answered up to another, per source and second', () => {
  let now = 5_000;
  const pace = new Pace({ read: 2, answered: 4 }, () => now);
  const five = (source: string) => Array.from({ length: 5 }, () => pace.next(source));
  expect(five('one')).toEqual(['read', 'read', 'unseen', 'unseen', 'refuse']);
  expect(pace.next('two')).toBe('read');
  now = 6_000;
  expect(five('one')).toEqual(['read', 'read', 'unseen', 'unseen', 'refuse']);
});
