import { REGULATION } from '../regulation.ts';
import { STEPS } from '../story/steps.ts';
import type { Story } from '../story/story.ts';
import { grouped } from '../story/grouped.ts';
import { losses } from './deals.ts';
import { DAYS, HOURS, times, type Fact, type Kpi } from './kpi.ts';

interface Refusal extends Fact {
  readonly by: string;
  readonly isDisqualified: boolean;
  /** When the deal was reopened, or its client opened another one, in time. */
  readonly returned: number | null;
}

function refusals(story: Story): Refusal[] {
  const byClient = grouped(story.deals, ({ client }) => client);
  return losses(story).map(({ deal, at, from }) => {
    const until = at + REGULATION.return_days * DAYS;
    const reopened = deal.stays.find(
      ({ entered, step }) => entered >= at && step !== 'lost' && step !== 'won',
    );
    const others = deal.client === null ? [] : (byClient.get(deal.client) ?? []);
    const returns = [
      ...(reopened !== undefined && deal.stays.some(({ left, step }) => step === 'lost' && left === reopened.entered) ? [reopened.entered] : []), // prettier-ignore
      ...others.filter((other) => other !== deal && other.created > at).map(({ created }) => created),
    ].filter((moment) => moment <= until);
    const hasQualified = deal.stays.some(
      ({ step, entered }) => entered < at && STEPS.indexOf(step) >= STEPS.indexOf('qualified'),
    );
    return {
      at,
      manager: deal.ownerAt(at),
      by: from?.step ?? '',
      isDisqualified: !hasQualified,
      returned: returns.length === 0 ? null : Math.min(...returns),
    };
  });
}

const all =
  (value: (refusal: Refusal) => boolean) =>
  (story: Story): Fact[] =>
    refusals(story).map((refusal) => ({ ...refusal, value: value(refusal) ? 1 : 0 }));

const returnTimes =
  (between: (story: Story, from: number, to: number) => number) =>
  (story: Story): Fact[] =>
    refusals(story).flatMap((refusal) =>
      refusal.returned === null ? [] : [{ ...refusal, value: between(story, refusal.at, refusal.returned) }],
    );

const calendar = (_: Story, from: number, to: number): number => to - from;
const business = ({ businessTime }: Story, from: number, to: number): number =>
  businessTime.between(from, to);

/** C. Refusals, and A's leads that were none. */
export const REFUSALS: readonly Kpi[] = [
  {
    id: 'deals_lost',
    measure: 'refusals.deals_lost',
    as: 'sum',
    by: 'lost_from_step',
    facts: all(() => true),
  },
  { id: 'leads_disqualified', measure: 'refusals.leads_disqualified', as: 'sum', facts: all(({ isDisqualified }) => isDisqualified) }, // prettier-ignore
  { id: 'disqualified_rate', measure: 'refusals.disqualified_rate', as: 'ratio', facts: all(({ isDisqualified }) => isDisqualified) }, // prettier-ignore
  { id: 'deals_returned', measure: 'refusals.deals_returned', as: 'sum', facts: all(({ returned }) => returned !== null) }, // prettier-ignore
  {
    id: 'return_rate',
    measure: 'refusals.return_rate',
    as: 'ratio',
    facts: all(({ returned }) => returned !== null),
  },
  ...times('deals_returned', 'refusals.return_time', returnTimes(calendar), { unit: DAYS }),
  ...times('deals_returned', 'refusals.return_time', returnTimes(business), {
    unit: HOURS,
    suffix: '_business',
  }),
];
