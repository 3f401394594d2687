import { useEffect } from 'react';
import { go, useAddress } from '../controls/address.ts';
import { useWords } from '../i18n/words.ts';
import type { Page } from '../pages/index.ts';
import { Icon } from './icons.tsx';

const SECONDS = 20;
/** What a sales floor looks at; the rest is for a desk. */
const ON_THE_WALL = ['overview', 'leaderboard', 'managers', 'calls', 'funnel'];

export async function enterWall(): Promise<void> {
  go({ wall: true, open: undefined });
  // A browser may refuse; the pages turn all the same.
  await document.documentElement.requestFullscreen?.().catch(() => undefined);
}

function leaveWall(): void {
  go({ wall: false });
  if (document.fullscreenElement) void document.exitFullscreen();
}

/** Turns the pages of the wall screen; arrows turn them by hand, Esc leaves. */
export function WallControls({ pages }: { pages: readonly Page[] }) {
  const t = useWords();
  const { page } = useAddress();
  const shown = ON_THE_WALL.filter((id) => pages.some((one) => one.id === id));
  useEffect(() => {
    const turn = (by: number): void => {
      const next = shown[(shown.indexOf(page) + by + shown.length) % shown.length];
      if (next !== undefined) go({ page: next }, { replace: true });
      window.scrollTo(0, 0);
    };
    const timer = setInterval(() => turn(1), SECONDS * 1000);
    const key = ({ key: pressed }: KeyboardEvent): void => {
      if (pressed === 'Escape') leaveWall();
      if (pressed === 'ArrowRight') turn(1);
      if (pressed === 'ArrowLeft') turn(-1);
    };
    const change = (): void => {
      if (!document.fullscreenElement) leaveWall();
    };
    window.addEventListener('keydown', key);
    document.addEventListener('fullscreenchange', change);
    return () => {
      clearInterval(timer);
      window.removeEventListener('keydown', key);
      document.removeEventListener('fullscreenchange', change);
    };
  });
  return (
    <div className="wall-controls">
      <div className="wall-dots" aria-hidden="true">
        {shown.map((id) => (
          <span key={id} className={id === page ? 'is-on' : ''} />
        ))}
      </div>
      <button
        type="button"
        className="icon-button"
        aria-label={t('wallLeave')}
        title={t('wallLeave')}
        onClick={leaveWall}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
