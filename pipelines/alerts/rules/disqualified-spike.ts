import type { Row } from '../../../cube/query.ts';
import { addDays, dayOf, groupBy, membersOf, MOST_ROWS, numberOf, WHO, whoOf, type Rule } from '../rule.ts';

const VIEW = 'refusals';
const DATE = 'refusals.date';
const COUNT = 'refusals.leads_disqualified';
/** A count that chance alone would reach once in about forty weeks is worth a look. */
const DEVIATIONS = 2;

/** A manager loses many more leads before they are qualified than the manager's own weeks before: dirty leads, or careless calls. */
export const disqualifiedSpike: Rule<'disqualified_spike', Map<string, Row[]>> = {
  name: 'disqualified_spike',
  needs: [COUNT],
  async load({ asker, span }, { days, history_days: history }) {
    const { rows } = await asker.ask({
      measures: [COUNT],
      dimensions: membersOf(VIEW, WHO),
      timeDimensions: [
        { dimension: DATE, granularity: 'day', dateRange: [addDays(span.from, -days - history), span.to] },
      ],
      filters: [{ member: COUNT, operator: 'gt', values: ['0'] }],
      limit: MOST_ROWS,
    });
    return groupBy(rows, (row) => whoOf(row, VIEW).managerId ?? '');
  },
  judge(byManager, { day }, { times, at_least: atLeast, days, history_days: history }) {
    const first = addDays(day, 1 - days);
    const oldest = addDays(first, -history);
    return [...byManager].flatMap(([id, rows]) => {
      const count = (from: string, to: string): number =>
        rows
          .filter((row) => dayOf(row, DATE) >= from && dayOf(row, DATE) <= to)
          .reduce((sum, row) => sum + numberOf(row, COUNT), 0);
      const value = count(first, day);
      const usual = (count(oldest, addDays(first, -1)) * days) / history;
      const isBeyondChance = value >= usual + DEVIATIONS * Math.sqrt(usual);
      if (value < atLeast || value < usual * times || !isBeyondChance) return [];
      const who = whoOf(rows[0]!, VIEW);
      return [
        {
          ...who,
          subject: id,
          subjectTitle: who.manager ?? '',
          value,
          norm: Math.round(usual * times * 10) / 10,
          unit: 'count' as const,
          evidence: rows
            .filter((row) => dayOf(row, DATE) >= first && dayOf(row, DATE) <= day)
            .map((row) => ({ id: dayOf(row, DATE), title: dayOf(row, DATE), value: numberOf(row, COUNT) })),
        },
      ];
    });
  },
};
