import type { Row } from '../../../cube/query.ts';
import { addDays, dayOf, membersOf, MOST_ROWS, numberOf, textOf, WHO, whoOf, type Rule } from '../rule.ts';

const VIEW = 'funnel';
const DATE = 'funnel.date';
const DELETED = 'funnel.deals_deleted';
const AMOUNT = 'funnel.deals_deleted_amount';

/** Deals deleted in the CRM: they leave every KPI, so somebody should know. A purge of many at once is one alert. */
export const dealDeleted: Rule<'deal_deleted', Row[]> = {
  name: 'deal_deleted',
  needs: [DELETED],
  async load({ asker, span }, { days }) {
    const { rows } = await asker.ask({
      measures: [DELETED, AMOUNT].filter((member) => asker.knows(member)),
      dimensions: [...membersOf(VIEW, [...WHO, 'deal_id']), 'funnel.actor'].filter((member) =>
        asker.knows(member),
      ),
      timeDimensions: [
        { dimension: DATE, granularity: 'day', dateRange: [addDays(span.from, -days), span.to] },
      ],
      filters: [{ member: DELETED, operator: 'gt', values: ['0'] }],
      limit: MOST_ROWS,
    });
    return rows as Row[];
  },
  judge(rows, { day }, { least_amount: least, days }) {
    const first = addDays(day, 1 - days);
    const latest = rows.filter(
      (row) => dayOf(row, DATE) >= first && dayOf(row, DATE) <= day && numberOf(row, AMOUNT) >= least,
    );
    const byOwnerAndDay = new Map<string, Row[]>();
    for (const row of latest) {
      const key = `${whoOf(row, VIEW).managerId ?? ''}/${dayOf(row, DATE)}`;
      byOwnerAndDay.set(key, [...(byOwnerAndDay.get(key) ?? []), row]);
    }
    return [...byOwnerAndDay].map(([subject, deals]) => ({
      ...whoOf(deals[0]!, VIEW),
      subject,
      subjectTitle: subject.split('/')[1] ?? '',
      value: deals.length,
      norm: 0,
      unit: 'count' as const,
      evidence: deals.map((row) => ({
        id: textOf(row, 'funnel.deal_id'),
        title: `${textOf(row, 'funnel.deal_id')} ${textOf(row, 'funnel.actor')}`.trim(),
        value: numberOf(row, AMOUNT),
      })),
    }));
  },
};
