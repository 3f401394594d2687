import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { listDrift, type SourceSession } from '../../pipelines/sources/index.ts';
import type { Row, StreamSpec } from '../../pipelines/sources/engine/stream.ts';
import { company, openBench, readToEnd, type Bench } from './amocrm-source-fixture.ts';

let bench: Bench;
beforeEach(async () => {
  bench = await openBench(company({ leads: 60, contacts: 10, companies: 5, events: 40, tasks: 8, notes: 9 }));
});
afterEach(() => bench.close());

async function drift(): Promise<string[]> {
  const found = await listDrift(bench.warehouse.pool);
  return found.map(({ stream, kind, name, rows }) => `${stream} ${kind} ${name}: ${rows}`).sort();
}

async function open(): Promise<string[]> {
  const { rows } = await bench.warehouse.pool.query<{ line: string }>(
    `select stream || ' ' || id as line from ops.rejects where resolved_at is null order by 1`,
  );
  return rows.map(({ line }) => line);
}

async function count(sql: string): Promise<unknown> {
  return Object.values((await bench.warehouse.pool.query(sql)).rows[0] as object)[0];
}

it('counts nothing where nothing is unexpected', async () => {
  await bench.sync();
  await bench.sync();
  expect(await drift()).toEqual([]);
  expect(await open()).toEqual([]);
});

describe('what nobody expected stops nothing, loses nothing and is counted', () => {
  it('a new field, and a null where there never was one', async () => {
    bench.standIn.patch('leads', 1_001, { brand_new_field: { deep: [1, 2] } });
    bench.standIn.patch('leads', 1_002, {
      brand_new_field: null,
      responsible_user_id: null,
      status_id: null,
    });
    bench.standIn.patch('contacts', 1_003, { created_at: null });
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
    expect(await drift()).toEqual([
      'contacts null created_at: 1',
      'leads new_field brand_new_field: 2',
      'leads null responsible_user_id: 1',
      'leads null status_id: 1',
    ]);
  });

  it('an event type and a note type that were never heard of', async () => {
    const { standIn } = bench;
    standIn.addEvent({
      type: 'never_heard_of',
      entity_type: 'lead',
      entity_id: 1_004,
      value_after: [{ x: 1 }],
    });
    standIn.addEvent({ type: 'custom_field_31_value_changed', entity_type: 'lead', entity_id: 1_004 });
    standIn.addNote('leads', 1_004, 'hologram', { text: 'x' });
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
    expect(await drift()).toEqual([
      'events unknown_value type never_heard_of: 1',
      'notes unknown_value note_type hologram: 1',
    ]);
  });

  it('a NUL in a text, and a note of 5 MB', async () => {
    const { standIn } = bench;
    standIn.put('notes', {
      ...standIn.read('notes', 9_000),
      id: 9_900,
      params: { text: 'x'.repeat(5_000_000) },
    });
    standIn.patch('notes', 9_003, { params: { text: 'before\u0000after' } });
    await bench.sync();
    // jsonb cannot hold the character: it is replaced, the rest of the text is there.
    expect(await bench.differences()).toEqual([]);
    expect(await count(`select payload#>>'{params,text}' from raw.amocrm__notes where id = '9003'`)).toBe(
      'before\ufffdafter',
    );
    expect(
      await count(`select length(payload#>>'{params,text}') from raw.amocrm__notes where id = '9900'`),
    ).toBe(5_000_000);
    expect(await drift()).toEqual([
      'notes large_row over 1 MB: 1',
      'notes replaced_character NUL in params.text: 1',
    ]);
  });

  it('a new custom field, and one whose type was changed', async () => {
    await bench.sync();
    const { crm } = bench.standIn.truth;
    const [source] = crm.customFields;
    Object.assign(source!, { type: 'select' });
    crm.customFields.push({ ...source, id: 99, name: 'Budget', type: 'monetary' });
    bench.standIn.patch('leads', 1_006, {
      custom_fields_values: [{ field_id: 99, field_name: 'Budget', values: [{ value: { amount: 1 } }] }],
    });
    await bench.sync();
    await bench.sync();
    expect(await bench.differences()).toEqual([]);
    expect(await drift()).toEqual([
      'custom_fields changed_type leads:31 Source: text to select: 1',
      'custom_fields new_custom_field leads:99 Budget (monetary): 1',
    ]);
  });

  it('a field of another type: the row is set aside whole, the others land', async () => {
    bench.standIn.patch('leads', 1_002, { price: 'expensive' });
    bench.standIn.patch('leads', 1_007, { price: { amount: 5 }, updated_at: null });
    const { crm } = bench.standIn.truth;
    Object.assign(crm.customFields[0]!, { name: 17 });
    await bench.sync();
    expect(await bench.differences()).toEqual(['leads 1002: missing', 'leads 1007: missing']);
    expect(await open()).toEqual(['custom_fields leads:31', 'leads 1002', 'leads 1007']);
    expect(await drift()).toEqual([
      'custom_fields rejected name: 1',
      'leads rejected price: 2',
      'leads rejected updated_at: 1',
    ]);
  });

  it('a definition that is refused is not taken for deleted', async () => {
    await bench.sync(['custom_fields']);
    Object.assign(bench.standIn.truth.crm.customFields[0]!, { name: 17 });
    await bench.sync(['custom_fields']);
    expect(await count(`select count(*)::int from raw.amocrm__custom_fields where is_deleted`)).toBe(0);
  });
});

describe('rejected rows', () => {
  /** As the next version of voronka would declare the stream. */
  function declare(session: SourceSession, name: string, change: Partial<StreamSpec>): void {
    const streams = session.connection.streams.map((spec) =>
      spec.name === name ? { ...spec, ...change } : spec,
    );
    Object.assign(session.connection, { streams });
  }
  const anything: z.ZodType<Row> = z.looseObject({ id: z.union([z.number(), z.string()]) });

  it('are tried again when the schema has changed, once, and land where they belong', async () => {
    bench.standIn.patch('leads', 1_002, { price: 'expensive' });
    bench.standIn.patch('leads', 1_003, { price: 'cheap' });
    await bench.sync(['leads']);
    bench.standIn.patch('leads', 1_003, { price: 10 });
    bench.standIn.changePrice(1_003, 30);
    await bench.sync(['leads']);
    // The same schema: nobody tries again, however often the rest is read.
    expect(await open()).toEqual(['leads 1002', 'leads 1003']);

    const session = await bench.open({ maxTries: 1 });
    declare(session, 'leads', { schema: anything });
    bench.standIn.faults['server-error'] = { path: '/leads' };
    await readToEnd(session, 'leads').catch(() => undefined);
    // Not even an answer was needed.
    expect(await open()).toEqual([]);
    bench.standIn.faults['server-error'] = false;
    await readToEnd(session, 'leads');
    await session.close();
    expect(await count(`select payload->>'price' from raw.amocrm__leads where id = '1002'`)).toBe(
      'expensive',
    );
    // Overtaken meanwhile: the newer version stays, the late one joins the history.
    expect(await count(`select payload->>'price' from raw.amocrm__leads where id = '1003'`)).toBe('30');
    expect(
      await count(
        `select string_agg(payload->>'price', ' ') from raw.amocrm__leads__history where id = '1003'`,
      ),
    ).toBe('cheap');
  });

  it('are tried again with their news and their keys', async () => {
    bench.standIn.deleteContact(1_004);
    const { crm } = bench.standIn.truth;
    Object.assign(crm.customFields[0]!, { name: 17 });
    const strict = await bench.open();
    const refused: z.ZodType<Row> = z.looseObject({ id: z.string(), type: z.literal('lead_status_changed') });
    declare(strict, 'events', { schema: refused });
    for (const stream of ['contacts', 'events', 'custom_fields']) await readToEnd(strict, stream);
    await strict.close();
    expect(await open()).toEqual(['custom_fields leads:31', expect.stringMatching(/^events /)]);
    await bench.warehouse.pool.query(
      `insert into raw.amocrm__contacts (account_id, id, payload, source_updated_at, load_id, first_seen_at, seen_at)
       select account_id, '1004', payload, source_updated_at, load_id, first_seen_at, seen_at
       from raw.amocrm__contacts where id = '1005'`,
    );

    const session = await bench.open();
    declare(session, 'custom_fields', { schema: anything });
    for (const stream of ['events', 'custom_fields']) await readToEnd(session, stream);
    await session.close();
    expect(await open()).toEqual([]);
    expect(await count(`select is_deleted from raw.amocrm__contacts where id = '1004'`)).toBe(true);
    expect(await count(`select payload->>'name' from raw.amocrm__custom_fields where id = 'leads:31'`)).toBe(
      '17',
    );
  });
});
