import type { Row } from '../../../cube/query.ts';
import { groupBy, membersOf, MOST_ROWS, textOf, WHO, whoOf, type Rule } from '../rule.ts';

const VIEW = 'regulation';
const WITHOUT = 'regulation.deals_without_task';

/** Open deals that nobody has planned anything for. */
export const noNextTask: Rule<'no_next_task', Row[]> = {
  name: 'no_next_task',
  needs: [WITHOUT],
  notBackTested: 'which open deal had a task on a past day is not kept',
  async load({ asker }) {
    const { rows } = await asker.ask({
      measures: [WITHOUT],
      dimensions: membersOf(VIEW, [...WHO, 'deal_id', 'deal', 'deal_url', 'days_in_stage']).filter((member) =>
        asker.knows(member),
      ),
      filters: [{ member: WITHOUT, operator: 'gt', values: ['0'] }],
      order: { 'regulation.days_in_stage': 'desc' },
      limit: MOST_ROWS,
    });
    return rows as Row[];
  },
  judge(rows, _moment, { at_least: atLeast }) {
    return [...groupBy(rows, (row) => whoOf(row, VIEW).managerId ?? '')].flatMap(([id, deals]) => {
      if (deals.length < atLeast) return [];
      const who = whoOf(deals[0]!, VIEW);
      return [
        {
          ...who,
          subject: id,
          subjectTitle: who.manager ?? '',
          value: deals.length,
          norm: atLeast - 1,
          unit: 'count' as const,
          evidence: deals.map((row) => ({
            id: textOf(row, 'regulation.deal_id'),
            title: textOf(row, 'regulation.deal') || textOf(row, 'regulation.deal_id'),
            url: textOf(row, 'regulation.deal_url') || undefined,
          })),
        },
      ];
    });
  },
};
