import { afterEach, beforeEach, expect, it } from 'vitest';
import { exchangeCode, openSource } from '../../pipelines/sources/index.ts';
import type { AmocrmSettings } from '../../pipelines/sources/index.ts';
import { startSync } from '../durability/sync-process.ts';
import { company, openBench, readToEnd, type Bench } from './amocrm-source-fixture.ts';

let bench: Bench;
let config: AmocrmSettings;
let environment: Record<string, string>;

beforeEach(async () => {
  bench = await openBench(company({ leads: 700, events: 300 }));
  const { integration } = bench.standIn;
  const { token_env: _, ...rest } = bench.config;
  config = {
    ...rest,
    oauth: {
      client_id_env: 'T_CLIENT_ID',
      client_secret_env: 'T_CLIENT_SECRET',
      redirect_uri: integration.redirectUri,
    },
  };
  environment = {
    T_CLIENT_ID: integration.clientId,
    T_CLIENT_SECRET: integration.clientSecret,
    VORONKA_SECRET_KEY: 'ab'.repeat(32),
  };
});
afterEach(() => bench.close());

const open = () => openSource(config, { warehouse: bench.warehouse, environment });
const connect = () =>
  exchangeCode(config, bench.standIn.issueCode(), { warehouse: bench.warehouse, environment });
const refreshes = () => bench.standIn.requests.filter(({ path }) => path === '/oauth2/access_token').length;
const expire = () => bench.standIn.clock.advance(86_500);

it('says that nobody has granted access yet', async () => {
  await expect(open()).rejects.toMatchObject({ code: 'AMOCRM_NOT_AUTHORIZED' });
});

it('exchanges a code, reads, and renews an expired token once for all requests under way', async () => {
  await connect();
  const session = await open();
  await expire();
  await Promise.all([
    readToEnd(session, 'leads'),
    readToEnd(session, 'events'),
    readToEnd(session, 'pipelines'),
  ]);
  await session.close();
  expect(refreshes()).toBe(2);
});

it('keeps the pair encrypted, and does not open it with another key', async () => {
  await connect();
  const { rows } = await bench.warehouse.pool.query<{ sealed: string }>(
    'select sealed from ops.oauth_tokens',
  );
  const plain = Buffer.from(rows[0]!.sealed.slice(3), 'base64').toString('latin1');
  expect(rows[0]!.sealed + plain).not.toMatch(/eyJ|def50200|accessToken/);
  environment['VORONKA_SECRET_KEY'] = 'cd'.repeat(32);
  await expect(open()).rejects.toMatchObject({ code: 'SECRET_KEY' });
});

it('refuses a code twice, and says what to do', async () => {
  const code = bench.standIn.issueCode();
  await exchangeCode(config, code, { warehouse: bench.warehouse, environment });
  const again = exchangeCode(config, code, { warehouse: bench.warehouse, environment });
  await expect(again).rejects.toMatchObject({ code: 'AMOCRM_TOKEN_REJECTED' });
  // The pair of the first exchange is still good.
  await (await open()).close();
});

it('rotates once when two processes meet an expired token together, and both go on', async () => {
  await connect();
  await expire();
  const task = {
    databaseUrl: bench.warehouse.url,
    config,
    streams: ['leads', 'events'],
    isParallel: true,
  };
  const ends = await Promise.all([startSync(task, environment).ended, startSync(task, environment).ended]);
  expect(ends.map(({ isDone, errors }) => [isDone, errors])).toEqual([
    [true, ''],
    [true, ''],
  ]);
  expect(refreshes()).toBe(2);
  const { rows } = await bench.warehouse.pool.query('select version from ops.oauth_tokens');
  expect(rows).toEqual([{ version: 2 }]);
});

it('says that the account must be connected again when the refresh token is dead', async () => {
  await connect();
  bench.standIn.faults['token-answer-lost'] = { times: 1 };
  await expire();
  await expect(open()).rejects.toMatchObject({ retry: 'later' });
  const error = await open().catch((reason: unknown) => reason as Error);
  expect(error).toMatchObject({ code: 'AMOCRM_TOKEN_REJECTED', retry: 'never' });
  expect((error as Error).message).toMatch(/Token has been revoked.*voronka auth amocrm/);
});
