/** Strokes on a 24-pixel grid. */
const PATHS: Readonly<Record<string, string>> = {
  overview: 'M4 13h6V4H4zM14 20h6v-9h-6zM4 20h6v-3H4zM14 7h6V4h-6z',
  funnel: 'M4 5h16l-6 8v5l-4 2v-7z',
  managers:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM3 20c0-3.3 2.7-6 6-6s6 2.7 6 6M16 4.5a3.5 3.5 0 0 1 0 6.5M17.5 14.5c2.1.8 3.5 2.9 3.5 5.5',
  calls:
    'M6 3h3l1.5 4.5L8.5 9a12 12 0 0 0 6.5 6.5l1.5-2L21 15v3a3 3 0 0 1-3 3C10.3 21 3 13.7 3 6a3 3 0 0 1 3-3z',
  mail: 'M4 6h16v12H4zM4 7l8 6 8-6',
  meetings: 'M5 6h14v14H5zM5 10h14M9 3v4M15 3v4',
  regulation: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v5l3.5 2',
  refusals: 'M9 14 4 9l5-5M4 9h10a6 6 0 0 1 0 12h-3',
  clients: 'M4 20V9l8-5 8 5v11M9 20v-6h6v6',
  economics:
    'M12 3v18M16.5 7.5C16 6 14.3 5 12 5c-2.5 0-4.5 1.2-4.5 3.3 0 4.7 9.5 2.2 9.5 7.2 0 2.2-2.2 3.5-5 3.5-2.6 0-4.5-1.1-5-3',
  leaderboard: 'M8 4h8v5a4 4 0 0 1-8 0zM8 6H4c0 3 1.5 5 4 5M16 6h4c0 3-1.5 5-4 5M12 13v4M8 20h8M9 17h6',
  quality: 'M12 4l2.5 5 5.5.8-4 3.9.9 5.5L12 16.6 7.1 19.2l.9-5.5-4-3.9 5.5-.8z',
  forecast: 'M4 18l5-6 4 3 7-9M15 6h5v5',
  health: 'M3 12h4l2.5-6 5 12 2.5-6h4',
  check: 'M5 12.5l4.5 4.5L19 7.5',
  warning: 'M12 4l9 16H3zM12 10v4M12 17v.5',
  empty: 'M4 7h16v13H4zM4 7l3-4h10l3 4M9 12h6',
  close: 'M6 6l12 12M18 6L6 18',
  menu: 'M4 7h16M4 12h16M4 17h16',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  down: 'M6 9l6 6 6-6',
  external: 'M9 5H5v14h14v-4M13 5h6v6M19 5l-8 8',
  download: 'M12 4v11M7 11l5 5 5-5M5 20h14',
  bookmark: 'M7 4h10v16l-5-4-5 4z',
  print: 'M7 9V4h10v5M7 17H4v-7h16v7h-3M7 14h10v6H7z',
  screen: 'M4 5h16v11H4zM9 20h6M12 16v4',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 3.5-7 8-7s8 3 8 7',
  filter: 'M4 6h16M7 12h10M10 18h4',
  moon: 'M20 14.5A8 8 0 0 1 9.5 4 8 8 0 1 0 20 14.5z',
  table: 'M4 5h16v14H4zM4 10h16M10 5v14',
  chart: 'M4 20h16M7 16v-5M12 16V6M17 16v-8',
};

export function Icon({ name, size = 20 }: { name: string; size?: number }) {
  if (name === 'logo') {
    return (
      <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true">
        <rect width="32" height="32" rx="8" fill="var(--accent)" />
        <path d="M7 8h18l-6.4 8.2v7.3l-5.2-2.6v-4.7z" fill="#fff" />
      </svg>
    );
  }
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.6 : 1.7}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name] ?? ''} />
    </svg>
  );
}
