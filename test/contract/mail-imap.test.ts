import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { idDigest } from '../../pipelines/sources/mail/message-id.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase } from '../harness/database.ts';
import { hasDovecot, startDovecot, type Dovecot } from './mail-dovecot.ts';
import { ENVIRONMENT, imapSource, letter, readSource } from './mail-fixture.ts';

interface RawMessage {
  readonly id: string;
  readonly folder: string;
  readonly key: string;
  readonly answered: boolean;
  readonly deleted: boolean;
}

describe.skipIf(!hasDovecot)('a real Dovecot (Debian package dovecot-imapd; skipped without it)', () => {
  let database: Awaited<ReturnType<typeof createTestDatabase>>;
  let warehouse: Warehouse;
  let dovecot: Dovecot;
  let users = 0;
  let anna: string;

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
  // Every test has a mailbox of its own, and so a source of its own.
  beforeEach(() => {
    users += 1;
    anna = `anna${users}@company.example`;
  });

  const source = (more: object = {}) => imapSource(dovecot.port, [anna], { name: `imap${users}`, ...more });
  const read = (more: object = {}) => readSource(warehouse, source(more));
  const messages = async (): Promise<RawMessage[]> => {
    const { rows } = await warehouse.pool.query(
      `select id, payload ->> 'folder' as folder, payload ->> 'message_key' as key,
         (payload ->> 'is_answered')::boolean as answered, is_deleted as deleted
       from raw.imap__messages where account_id = $1 order by seen_at, id`,
      [`imap${users}`],
    );
    return rows as RawMessage[];
  };
  const key = (id: string): string => `id:${idDigest(id)}`;

  it('keeps who, when and which thread, and neither bodies nor subjects nor names', async () => {
    const client = await dovecot.client(anna);
    const more = [
      'Cc: "Boss, the" <boss@client.example>, undisclosed-recipients:;',
      'References: <root@x.example> <parent@x.example>',
      'In-Reply-To: <parent@x.example>',
      'Received: from a by b; Mon, 2 Nov 2026 07:00:05 +0000',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary=cut',
    ];
    const body = [
      ...['--cut', 'Content-Type: text/plain', '', 'A body that must never be read.', '--cut'],
      ...[
        'Content-Type: application/pdf; name="Offer for Jane.pdf"',
        'Content-Disposition: attachment',
        '',
        'AAAA',
        '--cut--',
      ],
    ].join('\r\n');
    await client.append('INBOX', letter({ more, body }), ['\\Seen'], new Date('2026-11-02T07:00:09Z'));
    await client.logout();
    await read();
    const { rows } = await warehouse.pool.query(
      'select payload, payload::text as text from raw.imap__messages where account_id = $1',
      [`imap${users}`],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0].payload).toMatchObject({
      mailbox: anna,
      folder: 'INBOX',
      role: 'inbox',
      message_key: key('one@client.example'),
      date_at: '2026-11-02T07:00:00.000Z',
      received_at: '2026-11-02T07:00:05.000Z',
      stored_at: '2026-11-02T07:00:09.000Z',
      parent: idDigest('parent@x.example'),
      refs: [idDigest('root@x.example'), idDigest('parent@x.example')],
      parties: [
        { role: 'from', address: 'client@client.example' },
        { role: 'to', address: 'anna@company.example' },
        { role: 'cc', address: 'boss@client.example' },
      ],
      content_type: 'multipart/mixed',
      attachments: 1,
    });
    for (const secret of ['never be read', 'Private', 'Client <', 'Boss', 'Jane', 'root@x']) {
      expect(rows[0].text).not.toContain(secret);
    }
    const writer = await dovecot.client(anna);
    await writer.append('INBOX', letter({ id: 'two@client.example' }));
    await writer.logout();
    await read({ subjects: true });
    const { rows: subjects } = await warehouse.pool.query(
      `select payload ->> 'subject' as subject from raw.imap__messages where account_id = $1 order by seen_at`,
      [`imap${users}`],
    );
    expect(subjects).toEqual([{ subject: null }, { subject: 'Private matter' }]);
  });

  it('reads what is new and what changed, and changes nothing', async () => {
    const client = await dovecot.client(anna);
    for (const no of [1, 2, 3]) await client.append('INBOX', letter({ id: `m${no}@x.example` }));
    expect(await read()).toMatchObject({ rows: 3, inserted: 3 });
    expect(await read()).toMatchObject({ rows: 0 });

    await client.append('INBOX', letter({ id: 'm4@x.example' }));
    await client.mailboxOpen('INBOX');
    await client.messageFlagsAdd('2', ['\\Answered'], { uid: true });
    expect(await read()).toMatchObject({ rows: 2, inserted: 1, updated: 1 });
    expect((await messages()).filter(({ answered }) => answered).map(({ key: one }) => one)).toEqual([
      key('m2@x.example'),
    ]);
    // Neither seen nor, as a SELECT would have made them, no longer recent: nobody was here.
    const flags: string[][] = [];
    for await (const one of client.fetch('1:*', { flags: true })) flags.push([...(one.flags ?? [])]);
    expect(flags.flat().filter((flag) => flag !== '\\Recent' && flag !== '\\Answered')).toEqual([]);
    await client.logout();
  });

  it('notices what was removed, and keeps it; a moved message lives on in its new folder', async () => {
    const client = await dovecot.client(anna);
    for (const no of [1, 2, 3]) await client.append('INBOX', letter({ id: `m${no}@x.example` }));
    await client.mailboxCreate('Клиенты');
    await read();
    await client.mailboxOpen('INBOX');
    await client.messageDelete('1', { uid: true });
    await client.messageMove('3', 'Клиенты', { uid: true });
    await read();
    const held = await messages();
    expect(held.map(({ folder, key: one, deleted }) => [folder, one, deleted]).sort()).toEqual(
      [
        ['INBOX', key('m1@x.example'), true],
        ['INBOX', key('m2@x.example'), false],
        ['INBOX', key('m3@x.example'), true],
        ['Клиенты', key('m3@x.example'), false],
      ].sort(),
    );
    // A folder that is deleted takes its messages along.
    await client.mailboxDelete('Клиенты');
    await client.logout();
    await read();
    expect((await messages()).filter(({ deleted }) => !deleted)).toHaveLength(1);
  });

  it('reads a folder anew whose UIDVALIDITY changed, and believes none of its old numbers', async () => {
    const client = await dovecot.client(anna);
    await client.mailboxCreate('Deals');
    for (const no of [1, 2]) await client.append('Deals', letter({ id: `old${no}@x.example` }));
    await read();
    const before = (await client.status('Deals', { uidValidity: true })) as { uidValidity: bigint };
    await client.mailboxDelete('Deals');
    await client.mailboxCreate('Deals');
    await client.append('Deals', letter({ id: 'old2@x.example' }));
    await client.append('Deals', letter({ id: 'new@x.example' }));
    const after = (await client.status('Deals', { uidValidity: true })) as { uidValidity: bigint };
    await client.logout();
    expect(after.uidValidity).not.toBe(before.uidValidity);
    expect(await read()).toMatchObject({ inserted: 2 });
    const held = await messages();
    expect(
      held
        .filter(({ deleted }) => !deleted)
        .map(({ key: one }) => one)
        .sort(),
    ).toEqual([key('old2@x.example'), key('new@x.example')].sort());
    expect(held).toHaveLength(4);
  });

  it('takes the folder for sent mail from the configuration, and skips what it is told to skip', async () => {
    const client = await dovecot.client(anna);
    await client.mailboxCreate('Ушедшее');
    await client.mailboxCreate('Personal');
    await client.mailboxCreate('Personal.Family');
    for (const folder of ['Ушедшее', 'Personal', 'Personal.Family', 'Sent', 'Drafts']) {
      await client.append(folder, letter({ id: `${encodeURIComponent(folder)}@x.example` }));
    }
    await client.logout();
    await read({ folders: { sent: 'Ушедшее', skip: ['Personal'] } });
    const { rows } = await warehouse.pool.query(
      `select payload ->> 'folder' as folder, payload ->> 'role' as role from raw.imap__messages
       where account_id = $1 order by 1`,
      [`imap${users}`],
    );
    // Dovecot says that "Sent" is for sent mail; the configuration knows better.
    expect(rows).toEqual([
      { folder: 'Sent', role: null },
      { folder: 'Ушедшее', role: 'sent' },
    ]);
  });

  it('reads the other mailboxes when one refuses its login, and says which and why', async () => {
    const [boris, clara] = [`boris${users}@company.example`, `clara${users}@company.example`];
    for (const user of [boris, clara]) {
      const client = await dovecot.client(user);
      await client.append('INBOX', letter({ id: `for-${user}` }));
      await client.logout();
    }
    const settings = imapSource(dovecot.port, [], {
      name: `imap${users}`,
      mailboxes: [{ address: boris, password_env: 'WRONG_PASSWORD' }, { address: clara }],
    });
    const environment = { ...ENVIRONMENT, WRONG_PASSWORD: 'guess' };
    await expect(readSource(warehouse, settings, { environment })).rejects.toMatchObject({
      code: 'IMAP_LOGIN_REFUSED',
      context: { mailbox: boris, variable: 'WRONG_PASSWORD' },
    });
    expect((await messages()).map(({ id }) => id.split('/')[0])).toEqual([clara]);
  });
});
