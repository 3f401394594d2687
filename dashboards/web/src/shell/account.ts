import { createContext, useContext } from 'react';
import type { Session } from '../api/session.ts';
import type { Catalog } from '../model/catalog.ts';

export interface Logged {
  readonly session: Session;
  readonly catalog: Catalog;
}

export const LoggedContext = createContext<Logged | undefined>(undefined);

function useLogged(): Logged {
  const logged = useContext(LoggedContext);
  if (logged === undefined) throw new Error('Only for who is logged in');
  return logged;
}

export const useSession = (): Session => useLogged().session;
export const useCatalog = (): Catalog => useLogged().catalog;
export const useAccount = (): Session['account'] => useLogged().session.account;
