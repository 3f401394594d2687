import { useState, type FormEvent } from 'react';
import { HttpError } from '../api/http.ts';
import { logInWithPassword } from '../api/session.ts';
import { useWords, WORDS, type WordKey } from '../i18n/words.ts';
import { Icon } from './icons.tsx';
import { LanguageSwitch } from './switches.tsx';

const textOf = (value: FormDataEntryValue | null): string => (typeof value === 'string' ? value : '');

interface LoginPageProps {
  /** Why the link that led here did not log in. */
  readonly refusal: string | undefined;
  readonly onLoggedIn: () => void;
}

export function LoginPage({ refusal, onLoggedIn }: LoginPageProps) {
  const t = useWords();
  const [tried, setProblem] = useState<WordKey>();
  const problem = tried ?? (refusal !== undefined && refusal in WORDS ? (refusal as WordKey) : undefined);
  const [isBusy, setBusy] = useState(false);

  const attempt = (work: Promise<void>): void => {
    setBusy(true);
    setProblem(undefined);
    work.then(onLoggedIn, (error: unknown) => {
      const code = error instanceof HttpError ? error.code : 'UNAVAILABLE';
      setProblem(code in WORDS ? (code as WordKey) : 'UNAVAILABLE');
      setBusy(false);
    });
  };
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const text = (name: string): string => textOf(form.get(name));
    attempt(logInWithPassword(text('user'), text('password')));
  };

  return (
    <main className="login">
      <div className="login-card">
        <div className="login-brand">
          <Icon name="logo" size={44} />
          <div>
            <h1>voronka</h1>
            <p className="muted">{t('welcome')}</p>
          </div>
        </div>
        <p className="muted">{t('welcomeMore')}</p>
        <form onSubmit={submit}>
          <label>
            {t('user')}
            <input name="user" autoComplete="username" required autoFocus maxLength={63} />
          </label>
          <label>
            {t('password')}
            <input name="password" type="password" autoComplete="current-password" required />
          </label>
          {problem && (
            <p className="login-problem" role="alert">
              {t(problem)}
            </p>
          )}
          <button type="submit" className="button button-main" disabled={isBusy}>
            {t('logIn')}
          </button>
        </form>
        <p className="muted small">{t('logInHelp')}</p>
        <LanguageSwitch />
      </div>
    </main>
  );
}
