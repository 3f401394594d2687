import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { startSync } from '../durability/sync-process.ts';
import { createTestDatabase } from '../harness/database.ts';
import { hasDovecot, startCuttingProxy, startDovecot, type Dovecot } from './mail-dovecot.ts';
import { ENVIRONMENT, imapSource, letter, readSource } from './mail-fixture.ts';

const MANY = 50_000;

describe.skipIf(!hasDovecot)('IMAP in trouble (Debian package dovecot-imapd; skipped without it)', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let warehouse: Warehouse;
  let dovecot: Dovecot;

  beforeAll(async () => {
    database = await createTestDatabase();
    warehouse = await openWarehouse({ url: database.url });
    await migrate(warehouse);
    dovecot = await startDovecot();
  }, 60_000);
  afterAll(async () => {
    await dovecot?.stop();
    await warehouse?.close();
    await database?.drop();
  });

  const held = async (account: string) => {
    const { rows } = await warehouse.pool.query(
      `select count(*)::int as rows, count(distinct payload ->> 'message_key')::int as messages,
         count(*) filter (where is_deleted)::int as deleted
       from raw.imap__messages where account_id = $1`,
      [account],
    );
    const history = await warehouse.pool.query(
      'select count(*)::int as rows from raw.imap__messages__history where account_id = $1',
      [account],
    );
    return { ...rows[0], history: history.rows[0].rows };
  };

  it('goes on from the last batch after a connection that is cut again and again in the middle of headers', async () => {
    const anna = 'anna@cut.example';
    await dovecot.fill(anna, 2_500, (no) => letter({ id: `m${no}@cut.example` }));
    const proxy = await startCuttingProxy(dovecot.port);
    const settings = imapSource(proxy.port, [anna], { name: 'cut' });
    proxy.cutAfter(400_000, 4);
    let failures = 0;
    for (;;) {
      try {
        await readSource(warehouse, settings);
        break;
      } catch (error) {
        expect(error).toMatchObject({ code: 'IMAP_UNAVAILABLE', retry: 'later' });
        failures += 1;
        if (failures > 10) throw error;
      }
    }
    await proxy.stop();
    expect(proxy.cuts()).toBe(4);
    expect(failures).toBe(4);
    expect(await held('cut')).toEqual({ rows: 2_500, messages: 2_500, deleted: 0, history: 0 });
  });

  it.each([
    ['keeps no count of changes', 'IMAP4rev1 LITERAL+ NAMESPACE', 'old'],
    [
      'counts changes, but does not say what vanished',
      'IMAP4rev1 LITERAL+ NAMESPACE ENABLE CONDSTORE',
      'middle',
    ],
  ])('finds what is new and what is gone on a server that %s', async (_, capabilities, name) => {
    const server = await startDovecot({ capabilities });
    try {
      const boris = `boris@${name}.example`;
      const settings = imapSource(server.port, [boris], { name });
      const client = await server.client(boris);
      for (const no of [1, 2, 3, 4]) await client.append('INBOX', letter({ id: `m${no}@${name}.example` }));
      expect(await readSource(warehouse, settings)).toMatchObject({ inserted: 4 });
      expect(await readSource(warehouse, settings)).toMatchObject({ rows: 0 });
      // One goes and one comes: the count of messages is the same.
      await client.mailboxOpen('INBOX');
      await client.messageDelete('2', { uid: true });
      await client.append('INBOX', letter({ id: `m5@${name}.example` }));
      await client.logout();
      expect(await readSource(warehouse, settings)).toMatchObject({ inserted: 1, updated: 1 });
      expect(await held(name)).toEqual({ rows: 5, messages: 5, deleted: 1, history: 1 });
      expect(await readSource(warehouse, settings)).toMatchObject({ rows: 0 });
    } finally {
      await server.stop();
    }
  });

  it(`reads a mailbox of ${MANY} messages, each once, though its process is killed in the middle`, async () => {
    const clara = 'clara@many.example';
    await dovecot.fill(clara, MANY, (no) => letter({ id: `m${no}@many.example` }));
    const settings = imapSource(dovecot.port, [clara], { name: 'many' });
    const task = {
      databaseUrl: database.url,
      config: settings,
      streams: ['mailboxes', 'messages'],
      isParallel: false,
    };
    const { child, ended } = startSync(task, ENVIRONMENT);
    let landed = 0;
    while (landed < 5_000) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      ({ rows: landed } = await held('many'));
    }
    child.kill('SIGKILL');
    expect(await ended).toMatchObject({ isDone: false });
    expect(landed).toBeLessThan(MANY);

    await readSource(warehouse, settings);
    expect(await held('many')).toEqual({ rows: MANY, messages: MANY, deleted: 0, history: 0 });
    // Asked again, the mailbox says that nothing changed, and nothing is read.
    expect(await readSource(warehouse, settings)).toMatchObject({ rows: 0 });
  }, 300_000);
});
