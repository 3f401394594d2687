import type { Client } from './clients.ts';
import { Deal } from './deal.ts';
import { placeOf, REPEAT, SALES } from './funnel.ts';
import { live } from './live.ts';
import { drawProduct, productNamed } from './products.ts';
import { Random } from './random.ts';
import { CHANNELS, drawSource, type Source } from './sources.ts';
import { isPresent, ROBOT, type TeamKey } from './staff.ts';
import type { ComingBack, World } from './world.ts';

/** Gives the deals their numbers, in the order of their coming, and lets each live. */
export class Reception {
  private readonly world: World;
  private nextId = 28_100_016;
  private readonly recent: Record<TeamKey, Client[]> = { corporate: [], business: [], clients: [] };

  constructor(world: World) {
    this.world = world;
  }

  /** Somebody the company does not know yet (or does not recognise). */
  newLead(at: number): void {
    const random = this.dice();
    const { world } = this;
    const team: TeamKey = random.chance(0.23) ? 'corporate' : 'business';
    const source = drawSource(random, world.calendar.isWorkingTime(at));
    const owner = world.staff.assign(team, at, random);
    const { key } = source.channel;
    const isFromSite = key === 'form' || key === 'ad' || key === 'chat';
    const by = isFromSite || (key === 'call' && random.chance(0.6)) ? ROBOT : owner.id;
    const stage =
      isFromSite && random.chance(0.3)
        ? SALES.incoming
        : key === 'referral'
          ? random.pick([SALES.fresh, SALES.contacted, SALES.contacted, SALES.qualified])
          : SALES.fresh;
    const client = this.recognised(random, team) ?? world.clients.meet(random, at, by, owner.id, team);
    if (stage === SALES.incoming && client.contact.dealIds.length === 0) client.contact.isUnsorted = true;
    this.remember(team, client);
    const product = drawProduct(random, team).name;
    const deal = this.open(
      { at, by, team, source, client, product, place: placeOf(stage), ownerId: owner.id, price: 0 },
      random,
    );
    if (key === 'call' && stage === SALES.fresh && random.chance(0.3)) {
      // Telephony knows they spoke: the robot moves the card in the second it was made.
      deal.move(at, ROBOT, placeOf(SALES.contacted));
    }
    live(world, deal, random);
  }

  /** A client asks again. */
  repeatLead({ at, client, ownerId }: ComingBack): void {
    const random = this.dice();
    const { staff } = this.world;
    const before = staff.byId(ownerId);
    const keeps =
      before.role === 'manager' &&
      isPresent(before, at) &&
      random.chance(before.team?.key === 'clients' ? 0.8 : 0.25);
    const owner = keeps ? before : staff.assign('clients', at, random);
    const team = owner.team?.key ?? 'clients';
    const product = drawProduct(random, team);
    const price = random.chance(0.3) ? Math.round(random.logNormal(product.median, 0.5) / 100) * 100 : 0;
    const source: Source = { channel: CHANNELS.repeat, isUnnamed: random.chance(0.02), utm: null };
    const by = random.chance(0.25) ? ROBOT : owner.id;
    const deal = this.open(
      {
        at,
        by,
        team,
        source,
        client,
        product: product.name,
        place: placeOf(REPEAT.fresh),
        ownerId: owner.id,
        price,
      },
      random,
    );
    live(this.world, deal, random);
  }

  private open(start: Omit<Deal['start'], 'number' | 'id' | 'name' | 'quality'>, random: Random): Deal {
    this.nextId += random.int(1, 12) * 2;
    const deal = new Deal({
      ...start,
      number: this.world.deals.length,
      id: this.nextId,
      name: dealName(start, this.nextId, random),
      quality: random.normal() + start.source.channel.quality,
    });
    this.world.deals.push(deal);
    start.client.contact.dealIds.push(deal.start.id);
    start.client.company?.dealIds.push(deal.start.id);
    return deal;
  }

  /** Now and then the same person writes twice. */
  private recognised(random: Random, team: TeamKey): Client | null {
    const known = this.recent[team];
    return known.length > 0 && random.chance(0.025) ? random.pick(known) : null;
  }

  private remember(team: TeamKey, client: Client): void {
    const known = this.recent[team];
    known.push(client);
    if (known.length > 150) known.shift();
  }

  private dice(): Random {
    return new Random(this.world.seed, 'deal', this.world.deals.length);
  }
}

function dealName(
  { client, product, source }: Pick<Deal['start'], 'client' | 'product' | 'source'>,
  id: number,
  random: Random,
): string | null {
  // What integrations create may come without a name.
  if (random.chance(0.004)) return null;
  const who = client.company?.name.name ?? `${client.contact.name.last} ${client.contact.name.first}`;
  const what = productNamed(product).name;
  switch (source.channel.key) {
    case 'call':
      return random.chance(0.5) ? `Входящий звонок +7${client.contact.phones[0] ?? ''}` : `${what} — ${who}`;
    case 'form':
    case 'ad':
      return random.chance(0.4) ? `Заявка с сайта №${id % 100_000}` : `${what} — ${who}`;
    case 'chat':
      return `Чат: ${client.contact.name.first}`;
    default:
      return `${what} — ${who}`;
  }
}
