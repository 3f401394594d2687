import { useQuery } from '@tanstack/react-query';
import { fetchMeta } from '../api/cube.ts';
import { useLanguage, type Language } from '../i18n/language.ts';

/** A measure or dimension as the model defines it, for this session: what a role may not see is not in the catalog. */
export interface Member {
  /** `view.id` */
  readonly name: string;
  readonly id: string;
  readonly view: string;
  readonly kind: 'measure' | 'dimension' | 'segment';
  readonly type: string;
  readonly title: Readonly<Record<Language, string>>;
  readonly definition: Readonly<Record<Language, string>>;
  readonly unit: string | undefined;
  readonly good: 'up' | 'down' | undefined;
  /** Of a ratio: names of the measures it divides. */
  readonly numerator: string | undefined;
  readonly denominator: string | undefined;
  readonly aggregate: string | undefined;
}

export interface Catalog {
  find(name: string): Member | undefined;
  has(name: string): boolean;
  hasView(view: string): boolean;
}

interface MetaMember {
  readonly name: string;
  readonly shortTitle: string;
  readonly description?: string;
  readonly type: string;
  readonly aggType?: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}

const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

function memberOf(raw: MetaMember, view: string, kind: Member['kind']): Member {
  const meta = raw.meta ?? {};
  const part = (key: string): string | undefined => {
    const id = text(meta[key]);
    return id === undefined ? undefined : `${view}.${id}`;
  };
  const definition = raw.description ?? '';
  const good = meta['good'];
  return {
    name: raw.name,
    id: raw.name.slice(view.length + 1),
    view,
    kind,
    type: raw.type,
    title: { en: raw.shortTitle, ru: text(meta['title_ru']) ?? raw.shortTitle },
    definition: { en: definition, ru: text(meta['description_ru']) ?? definition },
    unit: text(meta['unit']),
    good: good === 'up' || good === 'down' ? good : undefined,
    numerator: part('numerator'),
    denominator: part('denominator'),
    aggregate: raw.aggType,
  };
}

async function fetchCatalog(): Promise<Catalog> {
  const { cubes } = await fetchMeta();
  const members = new Map<string, Member>();
  for (const { name: view, measures, dimensions, segments } of cubes) {
    for (const raw of measures as readonly MetaMember[])
      members.set(raw.name, memberOf(raw, view, 'measure'));
    for (const raw of dimensions as readonly MetaMember[])
      members.set(raw.name, memberOf(raw, view, 'dimension'));
    for (const raw of segments as readonly Omit<MetaMember, 'type'>[])
      members.set(raw.name, memberOf({ type: 'boolean', ...raw }, view, 'segment'));
  }
  const views = new Set(cubes.map(({ name }) => name));
  return {
    find: (name) => members.get(name),
    has: (name) => members.has(name),
    hasView: (view) => views.has(view),
  };
}

/** Kept for as long as the page is open: the model changes with a restart of the server only. */
export function useCatalogQuery(isOn: boolean) {
  return useQuery({ queryKey: ['meta'], queryFn: fetchCatalog, staleTime: Infinity, enabled: isOn });
}

/** The title of a member in the reader's language; its id where the model has none. */
export function useTitle(): (member: Member) => string {
  const { language } = useLanguage();
  return (member) => member.title[language];
}
