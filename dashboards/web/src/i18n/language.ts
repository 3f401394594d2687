import { createContext, useContext } from 'react';

export type Language = 'en' | 'ru';
export type Words = Readonly<Record<Language, string>>;

export interface LanguageContext {
  readonly language: Language;
  /** For Intl: `en-GB` counts weeks from Monday, as the model does. */
  readonly locale: string;
  readonly setLanguage: (language: Language) => void;
}

export const LOCALES: Readonly<Record<Language, string>> = { en: 'en-GB', ru: 'ru-RU' };
const KEY = 'voronka.language';

export const LanguageContext = createContext<LanguageContext>({
  language: 'en',
  locale: LOCALES.en,
  setLanguage: () => undefined,
});

export const useLanguage = (): LanguageContext => useContext(LanguageContext);

/** The one chosen here before, else the first of the browser's that there is. */
export function initialLanguage(): Language {
  const kept = localStorage.getItem(KEY);
  if (kept === 'en' || kept === 'ru') return kept;
  return navigator.languages.some((one) => /^(?:ru|be|kk|uk)\b/.test(one)) ? 'ru' : 'en';
}

export function keepLanguage(language: Language): void {
  localStorage.setItem(KEY, language);
}
