import type { Row } from '../../../cube/query.ts';
import { addDays, groupBy, membersOf, MOST_ROWS, numberOf, textOf, WHO, whoOf, type Rule } from '../rule.ts';

const VIEW = 'calls';
const DATE = 'calls.date';
const MISSED = 'calls.missed_unreturned';

/** Missed calls that nobody returned within the norm, by the manager who was rung; those of a queue are nobody's. */
export const missedUnreturned: Rule<'missed_unreturned', Row[]> = {
  name: 'missed_unreturned',
  needs: [MISSED, 'calls.call_id'],
  async load({ asker, span }, { days }) {
    const { rows } = await asker.ask({
      measures: [MISSED],
      dimensions: [
        ...membersOf(VIEW, WHO),
        'calls.call_id',
        'calls.client',
        'calls.client_number',
        DATE,
      ].filter((member) => asker.knows(member)),
      timeDimensions: [{ dimension: DATE, dateRange: [addDays(span.from, -days), span.to] }],
      filters: [{ member: MISSED, operator: 'gt', values: ['0'] }],
      limit: MOST_ROWS,
    });
    return rows as Row[];
  },
  judge(rows, { day }, { at_least: atLeast, days }) {
    const first = addDays(day, 1 - days);
    const latest = rows.filter((row) => {
      const at = textOf(row, DATE).slice(0, 10);
      return at >= first && at <= day;
    });
    return [...groupBy(latest, (row) => whoOf(row, VIEW).managerId ?? '')].flatMap(([id, calls]) => {
      const value = calls.reduce((sum, row) => sum + numberOf(row, MISSED), 0);
      if (value < atLeast) return [];
      const who = whoOf(calls[0]!, VIEW);
      return [
        {
          ...who,
          subject: id,
          subjectTitle: who.manager ?? '',
          value,
          norm: atLeast - 1,
          unit: 'count' as const,
          evidence: calls.map((row) => ({
            id: textOf(row, 'calls.call_id'),
            title:
              `${textOf(row, DATE).slice(0, 16).replace('T', ' ')} ${String(row['calls.client'] ?? row['calls.client_number'] ?? '')}`.trim(),
          })),
        },
      ];
    });
  },
};
