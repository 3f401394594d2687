import { objectOf, type Json } from '../../stand-in/json.ts';
import type { Crm } from '../state/crm.ts';
import type { CardKind } from '../state/cards.ts';
import type { OwnedRow } from '../state/row.ts';

/** On whose behalf a request reads. */
export interface Principal {
  readonly userId: number;
  readonly isAdmin: boolean;
  /** External integrations have no users, roles and sources, whoever granted the token (facts §1.4). */
  readonly isExternal: boolean;
  /** Requests of one integration share one rate limit. */
  readonly integration: string;
  /** Sees only what is their own, whatever the user's rights say (fault `own-leads-only`). */
  readonly isOwnOnly?: boolean;
}

const pluralOf: Readonly<Record<string, CardKind>> = {
  lead: 'leads',
  leads: 'leads',
  contact: 'contacts',
  contacts: 'contacts',
  company: 'companies',
  companies: 'companies',
  customer: 'customers',
  customers: 'customers',
};

type Right = 'A' | 'G' | 'M' | 'D';

function viewRight(crm: Crm, principal: Principal, kind: CardKind): Right {
  if (principal.isAdmin) return 'A';
  if (principal.isOwnOnly === true) return 'M';
  const rights: Json = objectOf(crm.users.get(principal.userId)?.['rights']);
  const letter = objectOf(rights[kind])['view'];
  return letter === 'A' || letter === 'G' || letter === 'D' ? letter : letter === undefined ? 'A' : 'M';
}

/** Which cards of a kind a token sees; undefined means all. */
export function visibleCards(
  crm: Crm,
  principal: Principal,
  kind: CardKind,
): ((row: OwnedRow) => boolean) | undefined {
  const right = viewRight(crm, principal, kind);
  if (right === 'A') return undefined;
  if (right === 'D') return () => false;
  const group = crm.groupOf(principal.userId);
  if (right === 'G') return (row) => row.group === group || row.responsible === principal.userId;
  return (row) => row.responsible === principal.userId;
}

/** Which events, notes and tasks a token sees: those of the cards it sees. */
export function visibleAttachments(
  crm: Crm,
  principal: Principal,
): ((row: { readonly entityType: string; readonly entityId: number }) => boolean) | undefined {
  if (principal.isAdmin) return undefined;
  const tests = new Map<CardKind, ((row: OwnedRow) => boolean) | undefined>();
  for (const kind of ['leads', 'contacts', 'companies', 'customers'] as const) {
    tests.set(kind, visibleCards(crm, principal, kind));
  }
  if ([...tests.values()].every((test) => test === undefined)) return undefined;
  return (row) => {
    const kind = pluralOf[row.entityType];
    if (kind === undefined) return row.entityType !== 'task' || taskIsVisible(crm, principal, row.entityId);
    const test = tests.get(kind);
    if (test === undefined) return true;
    const card =
      crm.cards(kind).get(row.entityId) ?? (kind === 'leads' ? crm.bin.get(row.entityId) : undefined);
    return card !== undefined && test(card);
  };
}

function taskIsVisible(crm: Crm, principal: Principal, id: number): boolean {
  return crm.tasks.get(id)?.responsible === principal.userId;
}
