import { describe, expect, it } from 'vitest';

import { BackendSlots, type Parkable } from '../../cube/sql-api/backend/slots.ts';
import { isPassword, parseVerifier, scryptVerifier } from '../../cube/sql-api/auth/password.ts';
import { startNativeSqlApi } from '../../cube/sql-api/index.ts';
import type { RunningCube } from '../../cube/server.ts';
import { ConfigInvalidError, parseConfig } from '../../pipelines/config/index.ts';
import { scramVerifier } from '../../pipelines/warehouse/scram.ts';

const config = (more: object) =>
  parseConfig(
    JSON.stringify({
      account: { name: 'Acme', time_zone: 'Europe/Moscow', currency: 'RUB' },
      sources: [{ type: 'amocrm', base_url: 'https://acme.amocrm.ru', token_env: 'AMOCRM_TOKEN' }],
      ...more,
    }),
    'voronka.yaml',
  );

function mistakes(more: object): string[] {
  try {
    config(more);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalidError)) throw error;
    return error.mistakes.map(({ path }) => path);
  }
}

describe('sql_api and users of voronka.yaml', () => {
  it('default to this machine, port 15432, a minute for a statement, nobody but bearers of tokens', () => {
    expect(config({}).sql_api).toMatchObject({
      enabled: true,
      host: '127.0.0.1',
      port: 15_432,
      statement_timeout: '60s',
      is_asked_for: false,
    });
    expect(config({ sql_api: { port: 5433 } }).sql_api).toMatchObject({ port: 5433, is_asked_for: true });
    expect(config({}).users).toEqual([]);
  });

  it('take verifiers of passwords, never passwords, and what a role needs', () => {
    const password = scramVerifier('right password');
    expect(mistakes({ users: [{ name: 'a', password, role: 'executive' }] })).toEqual([]);
    expect(mistakes({ users: [{ name: 'a', password: 'right password', role: 'executive' }] })).toEqual([
      'users[0].password',
    ]);
    expect(mistakes({ users: [{ name: 'a', password, role: 'head' }] })).toEqual(['users[0].teams']);
    expect(mistakes({ users: [{ name: 'a', password, role: 'manager' }] })).toEqual(['users[0].managers']);
    expect(mistakes({ users: [1, 2].map(() => ({ name: 'a', password, role: 'analyst' })) })).toEqual([
      'users[1].name',
    ]);
    expect(mistakes({ sql_api: { tls: { cert_file: 'x' }, prot: 1 } })).toEqual([
      'sql_api.tls.key_file',
      'sql_api.prot',
    ]);
  });

  it('know the right password from a wrong one by either kind of verifier, and a cut one from a whole one', async () => {
    for (const text of [scramVerifier('right password'), await scryptVerifier('right password')]) {
      const verifier = parseVerifier(text)!;
      expect(await isPassword(verifier, 'right password')).toBe(true);
      expect(await isPassword(verifier, 'right passwore')).toBe(false);
      expect(parseVerifier(text.slice(0, -8))).toBeUndefined();
    }
  });
});

describe('what is not there, and what is not enough', () => {
  it("refuses to hand the port to Cube's own SQL API where its native module is not, and says what to set", async () => {
    const cube = { runtime: 'portable' } as RunningCube;
    const starting = startNativeSqlApi({ cube, port: 0, users: [], apiSecret: 'x' });
    await expect(starting).rejects.toMatchObject({
      code: 'SQL_API_NATIVE_MISSING',
      retry: 'never',
      message: expect.stringMatching(/native module is not there.*sql_api\.mode: auto/s) as string,
    });
  });

  it('gives one user a share of the connections to Postgres, and the rest to others', async () => {
    const slots = new BackendSlots(4, 2);
    const parked: string[] = [];
    const session = (user: string): Parkable => ({
      park: () => {
        parked.push(user);
        slots.release(user);
        return Promise.resolve(true);
      },
    });
    expect([await slots.acquire('anna', 0), await slots.acquire('anna', 0)]).toEqual([true, true]);
    expect(await slots.acquire('anna', 0)).toBe(false);
    expect([await slots.acquire('boris', 0), await slots.acquire('clara', 0)]).toEqual([true, true]);
    // All are taken. Anna has too many whoever is idle; Boris may have Clara's, who has nothing to do.
    slots.idle(session('clara'), 'clara');
    expect(await slots.acquire('anna', 0)).toBe(false);
    expect(await slots.acquire('boris', 0)).toBe(true);
    expect(parked).toEqual(['clara']);
    // What another user gives back does not help her; what she gives back herself does.
    const waiting = slots.acquire('anna', 5_000);
    slots.release('boris');
    slots.release('anna');
    expect(await waiting).toBe(true);
  });
});
