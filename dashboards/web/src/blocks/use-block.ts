import type { UseQueryResult } from '@tanstack/react-query';
import { useLanguage, type Language, type Words } from '../i18n/language.ts';
import { useWords, type Translate } from '../i18n/words.ts';
import { useTitle, type Catalog, type Member } from '../model/catalog.ts';
import { useFormat, type Format } from '../model/format.ts';
import { useScope, type Scope } from '../model/scope.ts';
import { useCatalog } from '../shell/account.ts';

/** What a block needs to ask for its numbers and to say them. */
export interface BlockTools {
  readonly t: Translate;
  readonly language: Language;
  readonly catalog: Catalog;
  readonly titleOf: (member: Member) => string;
  readonly format: Format;
  readonly scope: Scope;
}

export function useBlock(): BlockTools {
  return {
    t: useWords(),
    language: useLanguage().language,
    catalog: useCatalog(),
    titleOf: useTitle(),
    format: useFormat(),
    scope: useScope(),
  };
}

interface Framed {
  readonly title: Words;
  readonly hint?: Words;
  readonly width?: string;
}

/** What the frame of a block shows of the query that fills it. */
export const frameOf = (
  { title, hint, width }: Framed,
  { isLoading, error, refetch }: Pick<UseQueryResult, 'isLoading' | 'error' | 'refetch'>,
) => ({ title, hint, width, isLoading, error, retry: () => void refetch() });
