import { START, event, lead, moved, type RawRow } from './small-crm.ts';

/** Minutes of small-crm.ts at a moment of Europe/Moscow. */
export const at = (moment: string): number => (Date.parse(`${moment}:00+03:00`) / 1000 - START) / 60;

/** A deal of 100 of Anna's that is in the stage Offer (50) from `offered` on and ends as told, or is open. */
export function offer(
  id: number,
  offered: string,
  end?: { readonly at: string; readonly won: boolean },
  more: { readonly owner?: number; readonly price?: number | null; readonly company?: number } = {},
): RawRow[] {
  const created = at(offered) - 60;
  const status = end === undefined ? 50 : end.won ? 142 : 143;
  const closed = end === undefined ? null : at(end.at);
  return [
    lead({ id, status, price: 100, created, updated: closed ?? at(offered), closed, ...more }),
    event('lead_added', id, created),
    moved(id, at(offered), 20, 50),
    ...(closed === null ? [] : [moved(id, closed, 50, status)]),
  ];
}

/** Of the ten offers that are open when a month of 2025 begins, so many are won on its 10th; the others are lost on its 20th. */
export const WON_OF_TEN: Readonly<Record<string, number>> = {
  '04': 4,
  '05': 5,
  '06': 3,
  '07': 4,
  '08': 6,
  '09': 2,
};

/** The offers of a month, made three days before it. */
export function offersOf(month: string, won = WON_OF_TEN[month] ?? 0): RawRow[] {
  const before = new Date(Date.parse(`2025-${month}-01T00:00:00Z`) - 3 * 86_400_000)
    .toISOString()
    .slice(0, 10);
  return Array.from({ length: 10 }, (_, index) =>
    offer(Number(month) * 100 + index, `${before}T12:00`, {
      at: index < won ? `2025-${month}-10T12:00` : `2025-${month}-20T12:00`,
      won: index < won,
    }),
  ).flat();
}

/** Four that were lost out of the first stage within May, and seen by no month's beginning. */
export const REFUSED: readonly RawRow[] = [1, 2, 3, 4].flatMap((id) => [
  lead({
    id,
    status: 143,
    created: at('2025-05-05T12:00'),
    updated: at('2025-05-08T12:00'),
    closed: at('2025-05-08T12:00'),
  }),
  event('lead_added', id, at('2025-05-05T12:00')),
  moved(id, at('2025-05-08T12:00'), 20, 143),
]);

/** Open on 10 October: 1 000 of Boris in Offer for two days; one of Clara without an amount in New for nine; one in Incoming. */
export const OPEN: readonly RawRow[] = [
  ...offer(2001, '2025-10-08T12:00', undefined, { owner: 2, price: 1000 }),
  lead({ id: 2002, status: 20, owner: 3, price: 0, created: at('2025-10-01T09:00') }),
  event('lead_added', 2002, at('2025-10-01T09:00')),
  lead({ id: 2003, status: 10, owner: 3, price: 500, created: at('2025-10-02T09:00') }),
  event('lead_added', 2003, at('2025-10-02T09:00')),
];

export const TODAY = '2025-10-10';

export const world = (): RawRow[] => [
  ...Object.keys(WON_OF_TEN).flatMap((month) => offersOf(month)),
  ...REFUSED,
  ...OPEN,
];

/** The ends of an 80 % interval: percentiles of a gamma distribution, by Wilson and Hilferty (Proc. Natl. Acad. Sci. 1931). */
export function bounds(mean: number, variance: number, chanceOfNothing: number): [number, number] {
  const shape = mean ** 2 / variance;
  const percentile = (z: number): number =>
    Math.max(0, mean * (1 - 1 / (9 * shape) + z / (3 * Math.sqrt(shape))) ** 3);
  return [chanceOfNothing >= 0.1 ? 0 : percentile(-1.2816), chanceOfNothing >= 0.9 ? 0 : percentile(1.2816)];
}
