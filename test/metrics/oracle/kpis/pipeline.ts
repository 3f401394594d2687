import type { Deal } from '../story/deals.ts';
import type { Story } from '../story/story.ts';
import { months, plusDays } from './clients.ts';
import { LEVELS, type Fact, type Kpi, type Level } from './kpi.ts';

/** A change of somebody's open pipeline. */
interface Change {
  readonly kind: 'created' | 'raised' | 'lowered' | 'won' | 'lost' | 'handed';
  readonly at: number;
  readonly manager: string;
  /** Signed as in opening + created + raised − lowered − won − lost ± handed = closing: only `handed` may be below 0. */
  readonly value: number;
}

const isOpen = (step: string): boolean => !['incoming', 'won', 'lost'].includes(step);

/** A deal's way through the open pipelines of its owners. */
function changesOf(deal: Deal): Change[] {
  const [first] = deal.stays;
  let step = first?.step ?? '';
  let manager = deal.ownerAt(-Infinity);
  let price = deal.priceAt(-Infinity);
  const changes: Change[] = [];
  const tell = (kind: Change['kind'], at: number, value: number): void => {
    changes.push({ kind, at, manager, value });
  };
  if (isOpen(step)) tell('created', deal.created, price);
  for (const turn of deal.turns) {
    if ('owner' in turn) {
      if (isOpen(step)) tell('handed', turn.at, -price);
      manager = turn.owner;
      if (isOpen(step)) tell('handed', turn.at, price);
    } else if ('price' in turn) {
      if (isOpen(step) && turn.price > price) tell('raised', turn.at, turn.price - price);
      if (isOpen(step) && turn.price < price) tell('lowered', turn.at, price - turn.price);
      price = turn.price;
    } else {
      const to = turn.stay.step;
      if (!isOpen(step) && isOpen(to)) tell('created', turn.at, price);
      if (isOpen(step) && (to === 'won' || to === 'lost')) tell(to, turn.at, price);
      if (isOpen(step) && to === 'incoming') tell('handed', turn.at, -price);
      step = to;
    }
  }
  return changes;
}

function changes({ deals }: Story): Change[] {
  return deals.flatMap(changesOf);
}

const ofKind = (kind: Change['kind']) => (story: Story): Fact[] => changes(story).filter((change) => change.kind === kind); // prettier-ignore

/** What each change adds to what is open. */
const signed = ({ kind, at, manager, value }: Change): Fact => ({ at, manager, value: ['lowered', 'won', 'lost'].includes(kind) ? -value : value }); // prettier-ignore

/** The stock at the end of each month, or now: all that was added since the beginning. */
function closing(story: Story, level: Level): Fact[] {
  const all = changes(story).map(signed);
  if (!level.startsWith('month')) return all;
  const first = Math.min(...all.map(({ at }) => at));
  return months(story.dayOf(first), story.dayOf(story.now)).flatMap((month) => {
    const end = story.startOf(`${plusDays(`${month}-01`, 32).slice(0, 7)}-01`);
    return all.filter(({ at }) => at < end).map((fact) => ({ ...fact, at: Math.min(end - 1, story.now) }));
  });
}

/** D. The pipeline by day. */
export const PIPELINE: readonly Kpi[] = [
  { id: 'pipeline_change', measure: 'pipeline.pipeline_change', as: 'sum', facts: (story) => changes(story).map(signed) },
  ...(['created', 'raised', 'lowered', 'won', 'lost', 'handed'] as const).map(
    (kind): Kpi => ({ id: 'pipeline_change', measure: `pipeline.pipeline_${kind}`, as: 'sum', facts: ofKind(kind) }),
  ),
  { id: 'open_amount', measure: 'pipeline.open_amount_on_day', as: 'sum', levels: LEVELS, facts: closing },
]; // prettier-ignore
