import type { RunningCube } from '../server.ts';
import { isPassword } from './auth/password.ts';
import { Users, type SqlUser } from './auth/users.ts';
import { NativeMissingError } from './errors.ts';

export interface NativeSqlApiOptions {
  readonly cube: RunningCube;
  readonly port: number;
  readonly users: readonly SqlUser[];
  readonly apiSecret: string;
}

/**
 * Hands the port to Cube's own SQL API, with the same users and tokens. It takes passwords unencrypted, listens on every interface and has
 * no log. Throws {@link NativeMissingError}. Needs a platform whose native module can be had; there is none where the tests run.
 */
export async function startNativeSqlApi({
  cube,
  port,
  users: list,
  apiSecret,
}: NativeSqlApiOptions): Promise<() => Promise<void>> {
  if (cube.runtime !== 'native') throw new NativeMissingError();
  const users = new Users(list, apiSecret);
  return cube.startNativeSqlApi({
    pgSqlPort: port,
    canSwitchSqlUser: () => false,
    checkSqlAuth: async (_request: unknown, name: string, password: string | null) => {
      const known = users.find(name);
      const context =
        known === undefined
          ? users.byToken(password ?? '')
          : (await isPassword(known.verifier, password ?? ''))
            ? known.securityContext
            : 'wrong password';
      if (typeof context === 'string') throw new Error(`password authentication failed for user "${name}"`);
      return { password, skipPasswordCheck: true, superuser: false, securityContext: context };
    },
  });
}
