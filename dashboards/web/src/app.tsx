import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useMemo, useState } from 'react';
import { fetchSession } from './api/session.ts';
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
  const session = useQuery({ queryKey: ['session'], queryFn: fetchSession, staleTime: Infinity });
  const catalog = useCatalogQuery(session.data != null);
  const logged = useMemo(
    () => (session.data && catalog.data ? { session: session.data, catalog: catalog.data } : undefined),
    [session.data, catalog.data],
  );
  const error = session.error ?? catalog.error;
  if (error) return <Failure error={error} retry={() => void client.refetchQueries()} isWhole />;
  if (session.data === null) {
    // Nothing of the one before may be left for the next to see.
    return <LoginPage onLoggedIn={() => void client.resetQueries()} />;
  }
  if (logged === undefined) return <Splash />;
  return (
    <LoggedContext value={logged}>
      <Shell />
    </LoggedContext>
  );
}
