import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sourceSettings } from '../../pipelines/sources/registry.ts';
import { migrate, openWarehouse, type Warehouse } from '../../pipelines/warehouse/index.ts';
import { createTestDatabase } from '../harness/database.ts';
import { hasDovecot, startDovecot } from './mail-dovecot.ts';
import { imapSource, letter, readSource } from './mail-fixture.ts';

let database: Awaited<ReturnType<typeof createTestDatabase>>;
let warehouse: Warehouse;
beforeAll(async () => {
  database = await createTestDatabase();
  warehouse = await openWarehouse({ url: database.url });
  await migrate(warehouse);
});
afterAll(async () => {
  await warehouse?.close();
  await database?.drop();
});

it('takes one way to log in per mailbox, and says which mailbox has none or two', () => {
  const mailbox = (own: object, shared: object = {}): string[] => {
    const result = sourceSettings.safeParse({
      type: 'imap',
      host: 'imap.company.example',
      mailboxes: [{ address: 'anna@company.example', ...own }],
      ...shared,
    });
    return result.success
      ? []
      : result.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  };
  expect(mailbox({ password_env: 'ANNA' })).toEqual([]);
  expect(mailbox({}, { token_env: 'ALL' })).toEqual([]);
  // Its own way stands before the source's.
  expect(mailbox({ password_env: 'ANNA' }, { token_env: 'ALL' })).toEqual([]);
  expect(mailbox({})).toEqual([expect.stringMatching(/^mailboxes\.0: .*found 0$/)]);
  expect(mailbox({ password_env: 'ANNA', token_env: 'ANNA_TOKEN' })).toEqual([
    expect.stringMatching(/^mailboxes\.0: .*found 2$/),
  ]);
  expect(mailbox({ password_env: 'not a name' })).toEqual([
    expect.stringContaining('NAME of an environment'),
  ]);
});

it('gives an OAuth token to the server, and to nobody else', async () => {
  const lines: string[] = [];
  const server = createServer((socket) => {
    socket.write('* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready\r\n');
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      for (const line of data.toString().split('\r\n').filter(Boolean)) {
        lines.push(line);
        const [tag = '*', command] = line.split(' ');
        if (command === 'AUTHENTICATE') socket.write(`${tag} NO [AUTHENTICATIONFAILED] token expired\r\n`);
        else if (command === 'LOGOUT') socket.end(`${tag} OK bye\r\n`);
        else socket.write(`${tag} OK\r\n`);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const { port } = server.address() as AddressInfo;
    const settings = imapSource(port, ['anna@company.example'], {
      name: 'oauth',
      password_env: undefined,
      token_env: 'MAIL_TOKEN',
    });
    const failure = await readSource(warehouse, settings, {
      environment: { MAIL_TOKEN: 'a-secret-token' },
    }).catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'IMAP_LOGIN_REFUSED', context: { variable: 'MAIL_TOKEN' } });
    expect(String((failure as Error).message)).toContain('token expired');
    expect(JSON.stringify(failure)).not.toContain('a-secret-token');
    const [, , mechanism, response = ''] =
      lines.find((line) => line.includes('AUTHENTICATE'))?.split(' ') ?? [];
    expect(mechanism).toBe('XOAUTH2');
    expect(Buffer.from(response, 'base64').toString()).toContain(
      'user=anna@company.example\x01auth=Bearer a-secret-token',
    );
  } finally {
    server.close();
  }
});

describe.skipIf(!hasDovecot)('a real Dovecot (Debian package dovecot-imapd; skipped without it)', () => {
  it("opens everybody's mailbox with the master user's password", async () => {
    const dovecot = await startDovecot();
    try {
      const people = ['anna@company.example', 'boris@company.example'];
      for (const one of people) {
        const client = await dovecot.client(one);
        await client.append('INBOX', letter({ id: `for ${one}` }));
        await client.logout();
      }
      const settings = imapSource(dovecot.port, people, {
        name: 'master',
        password_env: undefined,
        master: { user: 'reader', password_env: 'MASTER_PASSWORD' },
      });
      await readSource(warehouse, settings, { environment: { MASTER_PASSWORD: 'master secret' } });
    } finally {
      await dovecot.stop();
    }
    const { rows } = await warehouse.pool.query(
      `select payload ->> 'mailbox' as mailbox from raw.imap__messages where account_id = 'master' order by 1`,
    );
    expect(rows).toEqual([{ mailbox: 'anna@company.example' }, { mailbox: 'boris@company.example' }]);
  });
});
