import type { Row } from '../../../cube/query.ts';
import { addDays, dayOf, membersOf, MOST_ROWS, numberOf, textOf, WHO, whoOf, type Rule } from '../rule.ts';

const VIEW = 'refusals';
const DATE = 'refusals.date';
const AMOUNT = 'refusals.lost_amount';
/** The usual check is that of the half-year before. */
const CHECK_DAYS = 180;

interface Data {
  readonly lost: readonly Row[];
  /** Sales by day. */
  readonly won: readonly Row[];
}

/** One lost deal of a large amount. */
export const bigDealLost: Rule<'big_deal_lost', Data> = {
  name: 'big_deal_lost',
  needs: [AMOUNT, 'funnel.won_amount', 'funnel.deals_won'],
  async load({ asker, span }, { days }) {
    const [lost, won] = await Promise.all([
      asker.ask({
        measures: [AMOUNT],
        dimensions: membersOf(VIEW, [...WHO, 'deal_id', 'loss_reason', 'lost_from_step']),
        timeDimensions: [
          { dimension: DATE, granularity: 'day', dateRange: [addDays(span.from, -days), span.to] },
        ],
        filters: [{ member: AMOUNT, operator: 'gt', values: ['0'] }],
        limit: MOST_ROWS,
      }),
      asker.ask({
        measures: ['funnel.won_amount', 'funnel.deals_won'],
        timeDimensions: [
          {
            dimension: 'funnel.date',
            granularity: 'day',
            dateRange: [addDays(span.from, -CHECK_DAYS), span.to],
          },
        ],
        limit: MOST_ROWS,
      }),
    ]);
    return { lost: lost.rows, won: won.rows };
  },
  judge({ lost, won }, { day }, { amount, times_avg_check: times, days }) {
    const bound = amount ?? times * usualCheck(won, day);
    if (!(bound > 0)) return [];
    const first = addDays(day, 1 - days);
    return lost
      .filter((row) => dayOf(row, DATE) >= first && dayOf(row, DATE) <= day && numberOf(row, AMOUNT) >= bound)
      .map((row) => {
        const deal = textOf(row, 'refusals.deal_id');
        const reason = textOf(row, 'refusals.loss_reason');
        return {
          ...whoOf(row, VIEW),
          // A deal that is reopened and lost again is another loss.
          subject: `${deal}/${dayOf(row, DATE)}`,
          subjectTitle: reason,
          value: numberOf(row, AMOUNT),
          norm: Math.round(bound),
          unit: 'money' as const,
          evidence: [
            { id: deal, title: `${dayOf(row, DATE)} ${reason}`.trim(), value: numberOf(row, AMOUNT) },
          ],
        };
      });
  },
};

function usualCheck(won: readonly Row[], day: string): number {
  const from = addDays(day, -CHECK_DAYS);
  const past = won.filter((row) => dayOf(row, 'funnel.date') >= from && dayOf(row, 'funnel.date') < day);
  const deals = past.reduce((sum, row) => sum + numberOf(row, 'funnel.deals_won'), 0);
  const amount = past.reduce((sum, row) => sum + numberOf(row, 'funnel.won_amount'), 0);
  return deals === 0 ? Number.NaN : amount / deals;
}
