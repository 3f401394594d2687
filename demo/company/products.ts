import type { Random } from './random.ts';
import type { TeamKey } from './staff.ts';
import type { Walk } from './walk.ts';

interface Product {
  readonly name: string;
  readonly enumId: number;
  /** Median price of an offer, roubles. */
  readonly median: number;
  readonly sigma: number;
}

export const PRODUCTS = {
  racks: { name: 'Стеллажи', enumId: 1_205_110, median: 310_000, sigma: 0.75 },
  packaging: { name: 'Упаковочные материалы', enumId: 1_205_112, median: 74_000, sigma: 0.7 },
  machinery: { name: 'Складская техника', enumId: 1_205_114, median: 540_000, sigma: 0.6 },
  service: { name: 'Монтаж и сервис', enumId: 1_205_116, median: 46_000, sigma: 0.65 },
} as const satisfies Record<string, Product>;

const P = PRODUCTS;
const SOLD_BY: Readonly<Record<TeamKey, readonly (readonly [Product, number])[]>> = {
  corporate: [
    [P.racks, 55],
    [P.machinery, 40],
    [P.service, 5],
  ],
  business: [
    [P.racks, 18],
    [P.packaging, 62],
    [P.machinery, 4],
    [P.service, 16],
  ],
  clients: [
    [P.racks, 16],
    [P.packaging, 66],
    [P.machinery, 4],
    [P.service, 14],
  ],
};

export function drawProduct(random: Random, team: TeamKey): Product {
  return random.weighted(SOLD_BY[team]);
}

export function productNamed(name: string): Product {
  const product = Object.values(P).find((candidate) => candidate.name === name);
  if (product === undefined) throw new RangeError(`no product named ${name}`);
  return product;
}

/** The first price on the table, whole hundreds of roubles. */
export function offerPrice({ deal, random }: Walk): number {
  const { median, sigma } = productNamed(deal.start.product);
  const size = deal.start.team === 'corporate' ? 1.5 : 1;
  return hundreds(random.logNormal(median * size, sigma));
}

/** A recount: mostly a discount, sometimes more is ordered. */
export function raisedOrLowered(walk: Walk): number {
  const { deal, random } = walk;
  if (deal.price === 0) return offerPrice(walk);
  return hundreds(
    deal.price * (random.chance(0.65) ? 0.85 + 0.13 * random.next() : 1.03 + 0.4 * random.next()),
  );
}

function hundreds(amount: number): number {
  return Math.max(1000, Math.round(amount / 100) * 100);
}
