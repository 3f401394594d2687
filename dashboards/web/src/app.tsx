import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { enter } from './api/session.ts';
import { initialLanguage, keepLanguage, LanguageContext, LOCALES, type Language } from './i18n/language.ts';
import { useCatalogQuery } from './model/catalog.ts';
import { LoggedContext } from './shell/account.ts';
import { Failure, Splash } from './shell/states.tsx';
import { LoginPage } from './shell/login-page.tsx';
import { Shell } from './shell/shell.tsx';
import { applyTheme } from './shell/theme.ts';

applyTheme();

export function App() {
  const [language, setLanguage] = useState<Language>(initialLanguage);
  useEffect(() => {
    document.documentElement.lang = language;
    keepLanguage(language);
  }, [language]);
  const context = useMemo(() => ({ language, locale: LOCALES[language], setLanguage }), [language]);
  return (
    <LanguageContext value={context}>
      <Entrance />
    </LanguageContext>
  );
}

/** The log-in, or what is behind it. */
function Entrance() {
  const client = useQueryClient();
  const entry = useQuery({ queryKey: ['session'], queryFn: enter, staleTime: Infinity });
  // A link opened in a page that is open changes only what stands behind `#`.
  useEffect(() => {
    const again = (): void => {
      if (location.hash.startsWith('#token=')) void client.resetQueries();
    };
    window.addEventListener('hashchange', again);
    return () => window.removeEventListener('hashchange', again);
  }, [client]);
  const session = entry.data?.session;
  const catalog = useCatalogQuery(session != null);
  const logged = useMemo(
    () => (session && catalog.data ? { session, catalog: catalog.data } : undefined),
    [session, catalog.data],
  );
  const error = entry.error ?? catalog.error;
  if (error) return <Failure error={error} retry={() => void client.refetchQueries()} isWhole />;
  if (session === null) {
    // Nothing of the one before may be left for the next to see.
    return <LoginPage refusal={entry.data?.refusal} onLoggedIn={() => void client.resetQueries()} />;
  }
  if (logged === undefined) return <Splash />;
  return (
    <LoggedContext value={logged}>
      <Shell />
    </LoggedContext>
  );
}
