import { useLanguage, type Language } from '../i18n/language.ts';
import { useWords } from '../i18n/words.ts';
import { Icon } from './icons.tsx';
import { setTheme, useTheme } from './theme.ts';

const NAMES: Readonly<Record<Language, string>> = { en: 'English', ru: 'Русский' };

export function LanguageSwitch() {
  const t = useWords();
  const { language, setLanguage } = useLanguage();
  return (
    <div className="segments" role="group" aria-label={t('language')}>
      {(Object.keys(NAMES) as Language[]).map((one) => (
        <button
          key={one}
          type="button"
          lang={one}
          aria-pressed={one === language}
          onClick={() => setLanguage(one)}
        >
          {NAMES[one]}
        </button>
      ))}
    </div>
  );
}

export function ThemeSwitch() {
  const t = useWords();
  const theme = useTheme();
  return (
    <button
      type="button"
      className="menu-item"
      role="switch"
      aria-checked={theme === 'dark'}
      onClick={() => setTheme(theme === 'dark' ? 'light' : 'dark')}
    >
      <Icon name="moon" size={18} />
      {t('theme')}
      <span className="switch" aria-hidden="true" />
    </button>
  );
}
