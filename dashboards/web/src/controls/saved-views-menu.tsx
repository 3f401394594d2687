import type { FormEvent } from 'react';
import { useSavedViews } from '../api/views.ts';
import { useWords } from '../i18n/words.ts';
import { Icon } from '../shell/icons.tsx';
import { Link } from '../shell/link.tsx';
import { Popover } from '../shell/popover.tsx';
import { printAddress, useAddress } from './address.ts';

export function SavedViewsMenu() {
  const t = useWords();
  return (
    <Popover label={t('savedViews')} className="icon-button" align="end" button={<Icon name="bookmark" />}>
      {() => <SavedViews />}
    </Popover>
  );
}

function SavedViews() {
  const t = useWords();
  const address = useAddress();
  const { views, save, remove } = useSavedViews();
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const form = event.currentTarget;
    const given = new FormData(form).get('title');
    const title = typeof given === 'string' ? given.trim() : '';
    if (title === '') return;
    save.mutate(
      { title, address: printAddress({ ...address, open: undefined, slice: [], wall: false }) },
      { onSuccess: () => form.reset() },
    );
  };
  return (
    <div className="saved-views">
      <h2>{t('savedViews')}</h2>
      {views.length === 0 && <p className="muted small">{t('noViews')}</p>}
      <ul>
        {views.map(({ id, title, address: to }) => (
          <li key={id}>
            <Link to={to}>{title}</Link>
            <button
              type="button"
              className="icon-button"
              aria-label={`${t('remove')}: ${title}`}
              onClick={() => remove.mutate(id)}
            >
              <Icon name="close" size={14} />
            </button>
          </li>
        ))}
      </ul>
      <form onSubmit={submit}>
        <label>
          {t('saveView')}
          <input name="title" maxLength={80} placeholder={t('viewName')} required />
        </label>
        <button type="submit" className="button" disabled={save.isPending}>
          {t('save')}
        </button>
      </form>
      {save.error && (
        <p className="bad small" role="alert">
          {t('UNAVAILABLE')}
        </p>
      )}
    </div>
  );
}
