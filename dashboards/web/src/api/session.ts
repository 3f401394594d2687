import { HttpError, post, request } from './http.ts';

export type Role = 'executive' | 'head' | 'manager' | 'analyst';

export interface Session {
  readonly user: string | null;
  readonly role: Role;
  readonly teams: readonly string[];
  readonly managers: readonly string[];
  readonly account: { readonly name: string; readonly timeZone: string; readonly currency: string };
}

export interface Entry {
  readonly session: Session | null;
  /** Why the token of a link was refused. */
  readonly refusal: string | undefined;
}

/** Who is logged in; a link with a token logs in first, whoever was before. */
export async function enter(): Promise<Entry> {
  const token = takeTokenFromAddress();
  const refusal =
    token === undefined
      ? undefined
      : await logInWithToken(token).then(
          () => undefined,
          (error: unknown) => (error instanceof HttpError ? error.code : 'UNAVAILABLE'),
        );
  return { session: await fetchSession(), refusal };
}

async function fetchSession(): Promise<Session | null> {
  const session = await request<Session | { role: null }>('/web/session');
  return session.role === null ? null : session;
}

export const logInWithPassword = (user: string, password: string): Promise<void> =>
  post('/web/login', { user, password });

const logInWithToken = (token: string): Promise<void> => post('/web/login', { token });

export const logOut = (): Promise<void> => post('/web/logout');

/**
 * The token of a link, `/#token=…`, taken out of the address at once: what stands behind `#` reaches no server and no log, and must
 * not stay in the history either.
 */
function takeTokenFromAddress(): string | undefined {
  const token = new URLSearchParams(location.hash.slice(1)).get('token') ?? undefined;
  if (token !== undefined) history.replaceState(null, '', location.pathname + location.search);
  return token;
}
