import { useEffect, useState } from 'react';
import { useProgress } from '../api/progress.ts';
import { PageView } from '../blocks/page-view.tsx';
import { loadECharts } from '../charts/chart.tsx';
import { go, useAddress } from '../controls/address.ts';
import { Toolbar } from '../controls/toolbar.tsx';
import { Drawer } from '../drawer/drawer.tsx';
import { useLanguage } from '../i18n/language.ts';
import { useWords } from '../i18n/words.ts';
import { availablePages, PAGES, type Page } from '../pages/index.ts';
import { useAccount, useCatalog } from './account.ts';
import { Freshness } from './freshness.tsx';
import { Icon } from './icons.tsx';
import { Navigation } from './navigation.tsx';
import { FirstSync, StillReading } from './states.tsx';
import { WallControls } from './wall.tsx';

export function Shell() {
  const t = useWords();
  const address = useAddress();
  const catalog = useCatalog();
  const { language } = useLanguage();
  const { name } = useAccount();
  const progress = useProgress();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const pages = availablePages(PAGES, catalog);
  const page = pages.find(({ id }) => id === address.page);
  useEffect(() => {
    document.title = page === undefined ? `${name} · voronka` : `${page.title[language]} · ${name} · voronka`;
  }, [page, language, name]);
  useEffect(() => setMenuOpen(false), [address.page]);
  useEffect(() => {
    // After the queries of the first page, which are sent at the end of this turn.
    const later = setTimeout(() => void loadECharts());
    return () => clearTimeout(later);
  }, []);

  return (
    <div className={`shell${address.wall ? ' shell-wall' : ''}${isMenuOpen ? ' shell-menu' : ''}`}>
      <a className="skip" href="#numbers">
        {t('skip')}
      </a>
      <Navigation pages={pages} onClose={() => setMenuOpen(false)} />
      <div className="content">
        <header className="topbar">
          <button
            type="button"
            className="icon-button only-phone"
            aria-label={t('menu')}
            aria-expanded={isMenuOpen}
            onClick={() => setMenuOpen(true)}
          >
            <Icon name="menu" />
          </button>
          <div className="topbar-title">
            <h1>{page?.title[language] ?? 'voronka'}</h1>
            <Freshness progress={progress} />
          </div>
          <Toolbar page={page} />
        </header>
        <main id="numbers" tabIndex={-1}>
          {progress?.isBuilt && <StillReading progress={progress} />}
          {progress?.isBuilt === false ? <FirstSync progress={progress} /> : <Numbers page={page} />}
        </main>
      </div>
      {address.wall && <WallControls pages={pages} />}
      {address.open !== undefined && catalog.has(address.open) && <Drawer measure={address.open} />}
    </div>
  );
}

function Numbers({ page }: { page: Page | undefined }) {
  const t = useWords();
  if (page !== undefined) return <PageView key={page.id} page={page} />;
  return (
    <div className="state state-whole">
      <Icon name="empty" size={32} />
      <strong>{t('noPage')}</strong>
      <span>{t('noPageMore')}</span>
      <button type="button" className="button" onClick={() => go({ page: 'overview' })}>
        {PAGES[0]!.title[useLanguage().language]}
      </button>
    </div>
  );
}
