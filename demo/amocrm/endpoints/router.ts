import { notFound, problem, type Answer } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import type { CardKind } from '../state/cards.ts';
import { account } from './account.ts';
import { listCards, oneCard } from './cards.ts';
import { events, oneEvent, types } from './events.ts';
import { links } from './links.ts';
import {
  catalogs,
  customFields,
  lossReasons,
  pipelines,
  roles,
  sources,
  tags,
  transactions,
  users,
} from './small-lists.ts';
import { note, notes, tasks } from './tasks-and-notes.ts';
import { listUnsorted, oneUnsorted, summary } from './unsorted.ts';
import { acceptOrDecline } from './unsorted-decisions.ts';
import { webhooks } from './webhooks.ts';

const cardKinds = new Set<string>(['leads', 'contacts', 'companies', 'customers']);
const number = /^\d+$/;

/** The answer to an API call; what the documentation does not know gets its 404 or 405, and is noted. */
export function route(call: Call): Answer {
  const [first = '', second, third] = call.segments;
  if (first === 'webhooks' && second === undefined) return webhooks(call);
  if (first === 'leads' && second === 'unsorted' && call.method !== 'GET') return acceptOrDecline(call);
  if (call.method !== 'GET') {
    call.unexpected(`${call.method} ${call.path}`);
    return problem(405, 'Method Not Allowed', 'Method not allowed');
  }
  const found = cardKinds.has(first) ? cards(call, first as CardKind) : others(call, first, second, third);
  if (found !== undefined) return found;
  call.unexpected(`no such path: ${call.path}`);
  return notFound(call.method, call.path);
}

function others(
  call: Call,
  first: string,
  second: string | undefined,
  third: string | undefined,
): Answer | undefined {
  if (first === 'catalogs') return catalogs(call, call.segments.slice(1));
  if (third !== undefined) return undefined;
  const id = second !== undefined && number.test(second) ? Number(second) : undefined;
  if (first === 'events')
    return second === undefined ? events(call) : second === 'types' ? types(call) : oneEvent(call, second);
  if (second !== undefined && id === undefined) return undefined;
  if (first === 'tasks') return tasks(call, id);
  if (first === 'users') return users(call, id);
  if (first === 'roles') return roles(call, id);
  if (first === 'account' && id === undefined) return account(call);
  if (first === 'sources' && id === undefined) return sources(call);
  // There is no list of talks (facts §2.14), and this account has no chats of its own.
  if (first === 'talks' && id !== undefined) return notFound(call.method, call.path);
  return undefined;
}

function cards(call: Call, kind: CardKind): Answer | undefined {
  const [, second, third, fourth] = call.segments;
  const rest = call.segments.slice(2);
  if (second === undefined) return listCards(call, kind);
  if (number.test(second)) {
    const id = Number(second);
    if (third === undefined) return oneCard(call, kind, id);
    if (fourth !== undefined) return undefined;
    if (third === 'notes') return notes(call, kind, id);
    if (third === 'links') return links(call, kind, id);
    if (third === 'transactions' && kind === 'customers') return transactions(call, id);
    return undefined;
  }
  const id = third !== undefined && number.test(third) ? Number(third) : undefined;
  const isAddressed = third === undefined || id !== undefined;
  if (kind === 'leads' && second === 'pipelines') return pipelines(call, rest);
  if (kind === 'leads' && second === 'unsorted' && fourth === undefined) {
    if (third === undefined) return listUnsorted(call);
    return third === 'summary' ? summary(call) : oneUnsorted(call, third);
  }
  if (fourth !== undefined || !isAddressed) return undefined;
  if (kind === 'leads' && second === 'loss_reasons') return lossReasons(call, id);
  if (second === 'custom_fields') return customFields(call, kind, id);
  if (second === 'notes') return id === undefined ? notes(call, kind) : note(call, kind, id);
  if (third !== undefined) return undefined;
  if (second === 'tags') return tags(call, kind);
  if (second === 'links') return links(call, kind);
  if (second === 'transactions' && kind === 'customers') return transactions(call);
  return undefined;
}
