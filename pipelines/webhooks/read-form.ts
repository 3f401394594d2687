import { EVERYTHING, type Hint } from './hint.ts';

export interface ReadForm {
  /** `account[id]` as sent; undefined when there is none. */
  readonly account: string | undefined;
  readonly hints: readonly Hint[];
}

/** A post that names more rows than this counts as "everything": amoCRM sends one row a post, a few at most. */
const MOST_HINTS = 1_000;

/** An item, `leads[status][0]`: the texts below it by their path, `note/element_id`. */
type Item = Map<string, string>;

/**
 * The ids named in amoCRM's form (developers' page "webhooks-format": PHP brackets, every value a string). Everything but ids is passed
 * over; what is not a positive integer is no id. Never throws, whatever the text is.
 *
 * Contacts and companies share the key `contacts` and differ by `type`; without it both are hinted. Tasks, notes, talks and messages also
 * hint the card they belong to: its next task, its last activity may have changed without a post of its own.
 */
export function readForm(text: string): ReadForm {
  let account: string | undefined;
  const items = new Map<string, Item>();
  for (const [name, value] of fields(text)) {
    const [key = '', second = '', third, ...below] = name.replaceAll(']', '').split('[');
    if (key === 'account' && second === 'id' && third === undefined) account ??= value;
    // The account comes last, so the reading goes on.
    if (third === undefined || !READERS.has(key) || items.size > MOST_HINTS) continue;
    const place = `${key} ${second} ${third}`;
    const item: Item = items.get(place) ?? new Map<string, string>();
    items.set(place, item.set(below.join('/'), value));
  }
  if (items.size > MOST_HINTS) return { account, hints: [EVERYTHING] };
  const hints = new Map<string, Hint>();
  for (const [place, item] of items) {
    const [key = '', action = ''] = place.split(' ');
    for (const [kind, given] of READERS.get(key)?.(item, action) ?? []) {
      const id = idOf(given);
      if (id !== undefined) hints.set(`${kind} ${id}`, { kind, id });
    }
    if (hints.size > MOST_HINTS) return { account, hints: [EVERYTHING] };
  }
  return { account, hints: [...hints.values()] };
}

/** The fields that can matter, decoded; the others (names, texts, custom fields) are passed over at the cost of a look. */
function* fields(text: string): Generator<readonly [name: string, value: string]> {
  for (let from = 0, to, equals = -1; from < text.length; from = to + 1) {
    const end = text.indexOf('&', from);
    to = end === -1 ? text.length : end;
    // Looked for once, however many fields without one come before it.
    if (equals < from) equals = text.indexOf('=', from);
    if (equals === -1) return;
    if (equals > to || equals - from > 200 || to - equals > 100) continue;
    const name = decoded(text.slice(from, equals));
    if (!/^(?:account|leads|contacts|companies|customers|tasks?|unsorted|talk|message)\[/.test(name))
      continue;
    if (!name.includes('[custom_fields]')) yield [name, decoded(text.slice(equals + 1, to))];
  }
}

/** Broken escapes stay as they are: no id is among them. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

type Found = readonly (readonly [kind: string, id: string | undefined])[];
type Reader = (item: Item, action: string) => Found;

const READERS: ReadonlyMap<string, Reader> = new Map<string, Reader>([
  ['leads', (item, action) => card(item, action, ['leads'])],
  ['contacts', (item, action) => card(item, action, clientKinds(item))],
  ['companies', (item, action) => card(item, action, ['companies'])],
  ['customers', (item, action) => card(item, action, ['customers'])],
  ['task', task],
  ['tasks', task],
  ['unsorted', unsorted],
  ['talk', conversation],
  ['message', conversation],
]);

function card(item: Item, action: string, kinds: readonly string[]): Found {
  const id = item.get('id');
  if (action === 'note') {
    const note = item.get('note/id') ?? id;
    const of = item.get('note/element_id') ?? item.get('element_id');
    return kinds.flatMap((kind) => [[kind, of] as const, [`notes:${kind}`, note] as const]);
  }
  // A contact that is tied to other deals changes the deals' own list of contacts.
  const deals = [...item.keys()].flatMap((path) => /^linked_leads_id\/(\d+)/.exec(path)?.[1] ?? []);
  return [...kinds.map((kind) => [kind, id] as const), ...deals.map((deal) => ['leads', deal] as const)];
}

function clientKinds(item: Item): readonly string[] {
  const told = kindOf(item.get('type') ?? item.get('note/element_type'));
  return told === 'contacts' || told === 'companies' ? [told] : ['contacts', 'companies'];
}

function task(item: Item): Found {
  return [['tasks', item.get('id')], ...owner(item, 'element')];
}

/** An incoming lead that was taken or declined names the cards it became; the incoming lead itself has no numeric id. */
function unsorted(item: Item): Found {
  return [...item].flatMap(([path, value]) => {
    const [, kind] = /(?:^|\/)(leads|contacts|companies)\/\d+(?:\/id)?$/.exec(path) ?? [];
    if (kind !== undefined) return [[kind, value] as const];
    return path === 'lead_id' ? [['leads', value] as const] : [];
  });
}

function conversation(item: Item): Found {
  return [
    ['talks', item.get('talk_id')],
    ['contacts', item.get('contact_id')],
    ...owner(item, 'element'),
    ...owner(item, 'entity'),
  ];
}

function owner(item: Item, what: 'element' | 'entity'): Found {
  const kind = kindOf(item.get(`${what}_type`));
  return kind === undefined ? [] : [[kind, item.get(`${what}_id`)]];
}

/** The older API's numbers, and words in singular or plural. */
function kindOf(type: string | undefined): string | undefined {
  switch (type) {
    case '1':
    case 'contact':
    case 'contacts':
      return 'contacts';
    case '2':
    case 'lead':
    case 'leads':
      return 'leads';
    case '3':
    case 'company':
    case 'companies':
      return 'companies';
    case '12':
    case 'customer':
    case 'customers':
      return 'customers';
    default:
      return undefined;
  }
}

function idOf(text: string | undefined): number | undefined {
  if (text === undefined || !/^[1-9]\d{0,15}$/.test(text)) return undefined;
  const id = Number(text);
  return Number.isSafeInteger(id) ? id : undefined;
}
