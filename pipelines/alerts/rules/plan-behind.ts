import type { Row } from '../../../cube/query.ts';
import { dayOf, groupBy, membersOf, MOST_ROWS, numberOf, WHO, whoOf, type Rule } from '../rule.ts';

const VIEW = 'plan_fact';
const DATE = 'plan_fact.date';
const DUE = 'plan_fact.plan_amount_due';
const FACT = 'plan_fact.fact_amount';

/** The month's sales so far against the part of the plan that is due by now (plan_pace), by manager. */
export const planBehind: Rule<'plan_behind', Map<string, Row[]>> = {
  name: 'plan_behind',
  needs: [DUE, FACT],
  async load({ asker, span }) {
    const { rows } = await asker.ask({
      measures: [DUE, FACT],
      dimensions: membersOf(VIEW, WHO),
      timeDimensions: [
        { dimension: DATE, granularity: 'day', dateRange: [`${span.from.slice(0, 7)}-01`, span.to] },
      ],
      limit: MOST_ROWS,
    });
    return groupBy(rows, (row) => whoOf(row, VIEW).managerId ?? '');
  },
  judge(byManager, { day, days }, { below, after_working_days: after }) {
    const first = `${day.slice(0, 7)}-01`;
    if (days.between(first, day).length < after) return [];
    return [...byManager].flatMap(([id, rows]) => {
      const month = rows.filter((row) => dayOf(row, DATE) >= first && dayOf(row, DATE) <= day);
      const due = month.reduce((sum, row) => sum + numberOf(row, DUE), 0);
      const fact = month.reduce((sum, row) => sum + numberOf(row, FACT), 0);
      // What a team's or the company's plan has over its managers' stands in rows of nobody.
      if (id === '' || due <= 0 || fact / due >= below) return [];
      const who = whoOf(month[0]!, VIEW);
      return [
        {
          ...who,
          subject: `${id}/${day.slice(0, 7)}`,
          subjectTitle: who.manager ?? id,
          value: fact / due,
          norm: below,
          unit: 'share' as const,
          evidence: [
            { id: 'fact_amount', title: 'fact', value: fact },
            { id: 'plan_amount_due', title: 'plan by now', value: due },
          ],
        },
      ];
    });
  },
};
