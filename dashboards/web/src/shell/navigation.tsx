import { useQueryClient } from '@tanstack/react-query';
import { logOut } from '../api/session.ts';
import { addressOfPage, useAddress } from '../controls/address.ts';
import { useLanguage, type Words } from '../i18n/language.ts';
import { useWords } from '../i18n/words.ts';
import type { Page } from '../pages/index.ts';
import { useAccount, useSession } from './account.ts';
import { Icon } from './icons.tsx';
import { Link } from './link.tsx';
import { Popover } from './popover.tsx';
import { LanguageSwitch, ThemeSwitch } from './switches.tsx';

const GROUPS: Readonly<Record<Page['group'], Words>> = {
  result: { en: 'Results', ru: 'Результат' },
  work: { en: 'Work', ru: 'Работа' },
  order: { en: 'Order', ru: 'Порядок' },
  future: { en: 'Business', ru: 'Бизнес' },
};

export function Navigation({ pages, onClose }: { pages: readonly Page[]; onClose: () => void }) {
  const t = useWords();
  const { language } = useLanguage();
  const { page: current } = useAddress();
  const { name } = useAccount();
  return (
    <>
      <div className="scrim" onClick={onClose} aria-hidden="true" />
      <aside className="sidebar">
        <div className="brand">
          <Icon name="logo" size={30} />
          <div>
            <strong>{name}</strong>
            <span>voronka</span>
          </div>
          <button type="button" className="icon-button only-phone" aria-label={t('close')} onClick={onClose}>
            <Icon name="close" />
          </button>
        </div>
        <nav aria-label={t('pages')}>
          {(Object.keys(GROUPS) as Page['group'][]).map((group) => {
            const inGroup = pages.filter((page) => page.group === group);
            return (
              inGroup.length > 0 && (
                <div key={group} className="nav-group">
                  <h2>{GROUPS[group][language]}</h2>
                  <ul>
                    {inGroup.map(({ id, title, icon }) => (
                      <li key={id}>
                        <Link to={addressOfPage(id)} aria-current={id === current ? 'page' : undefined}>
                          <Icon name={icon} />
                          {title[language]}
                        </Link>
                      </li>
                    ))}
                  </ul>
                </div>
              )
            );
          })}
        </nav>
        <UserMenu />
      </aside>
    </>
  );
}

function UserMenu() {
  const t = useWords();
  const client = useQueryClient();
  const { user, role, teams } = useSession();
  const roleName = t(role === 'manager' ? 'manager_role' : role);
  const leave = async (): Promise<void> => {
    await client.cancelQueries();
    await logOut();
    // Another document: a page shown in this one would ask for its numbers once more, for nobody.
    location.replace('/');
  };
  return (
    <Popover
      className="user-button"
      button={
        <>
          <span className="avatar" aria-hidden="true">
            <Icon name="user" size={18} />
          </span>
          <span className="user-names">
            <strong>{user ?? roleName}</strong>
            {(teams.length > 0 || user !== null) && (
              <span>{teams.length > 0 ? teams.join(', ') : roleName}</span>
            )}
            <span className="sr-only">{t('menu')}</span>
          </span>
        </>
      }
    >
      {() => (
        <div className="menu">
          <LanguageSwitch />
          <ThemeSwitch />
          <button type="button" className="menu-item" onClick={() => void leave()}>
            <Icon name="external" size={18} />
            {t('logOut')}
          </button>
        </div>
      )}
    </Popover>
  );
}
