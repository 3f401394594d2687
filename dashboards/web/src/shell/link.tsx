import type { AnchorHTMLAttributes, MouseEvent } from 'react';
import { goTo } from '../controls/address.ts';

/** An address of this site: followed without loading the page anew, unless a new tab is asked for. */
export function Link({ to, ...rest }: { to: string } & AnchorHTMLAttributes<HTMLAnchorElement>) {
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    goTo(to);
    window.scrollTo(0, 0);
  };
  return <a {...rest} href={to} onClick={follow} />;
}
