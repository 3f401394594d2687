import type { Row } from '../../../cube/query.ts';
import { addDays, dayOf, groupBy, membersOf, MOST_ROWS, numberOf, WHO, whoOf, type Rule } from '../rule.ts';

const VIEW = 'scorecard';
const DATE = 'scorecard.date';
const INDEX = 'scorecard.activity_index';
/** What tells a holiday from slackness. */
const ACTIONS = ['scorecard.crm_actions', 'scorecard.calls_answered', 'scorecard.emails_sent'];
/** The days the index is about, and those it is held against. */
const LATEST_DAYS = 3;
const USUAL_DAYS = 20;

/** A manager does much less than the manager's own usual: the index of activity is below its bound at the end of a working day. */
export const activityDrop: Rule<'activity_drop', Map<string, Row[]>> = {
  name: 'activity_drop',
  needs: [INDEX, ...ACTIONS],
  async load({ asker, span }) {
    const { rows } = await asker.ask({
      measures: [INDEX, ...ACTIONS],
      dimensions: membersOf(VIEW, WHO),
      timeDimensions: [
        { dimension: DATE, granularity: 'day', dateRange: [addDays(span.from, -40), span.to] },
      ],
      limit: MOST_ROWS,
    });
    return groupBy(rows, (row) => whoOf(row, VIEW).managerId ?? '');
  },
  judge(byManager, { day, days }, { below, least_usual: leastUsual, deviations }) {
    // The day that is running is not over: it is judged by the last one that is.
    const last = days.shift(day, -1);
    const latest = [last, days.shift(last, -1), days.shift(last, -2)];
    const usual = days.between(
      days.shift(last, -(LATEST_DAYS + USUAL_DAYS - 1)),
      days.shift(last, -LATEST_DAYS),
    );
    return [...byManager].flatMap(([id, rows]) => {
      const byDay = new Map(rows.map((row) => [dayOf(row, DATE), row]));
      const row = byDay.get(last);
      if (id === '' || !row || row[INDEX] === null) return [];
      const actions = (list: readonly string[]): number =>
        list.reduce((sum, date) => sum + actionsOf(byDay.get(date)), 0);
      const value = numberOf(row, INDEX);
      // Nothing at all for days is a holiday or an illness, not slackening; a beginner has no usual yet.
      const isAway = latest.every((date) => actions([date]) === 0);
      if (isAway || value >= below || actions(usual) / usual.length < leastUsual) return [];
      if (
        deviationsBelow(
          actions(latest),
          usual.map((date) => actions([date])),
        ) < deviations
      )
        return [];
      const who = whoOf(row, VIEW);
      return [
        {
          ...who,
          subject: id,
          subjectTitle: who.manager ?? id,
          value,
          norm: below,
          unit: 'share' as const,
          evidence: latest.map((date) => ({ id: date, title: date, value: actions([date]) })),
        },
      ];
    });
  },
};

/** How many standard deviations of such a sum of days, as the usual days vary, these days' sum is below what is usual. */
function deviationsBelow(sum: number, usual: readonly number[]): number {
  const mean = usual.reduce((all, count) => all + count, 0) / usual.length;
  // A count varies by chance at least as much as its mean.
  const variance = Math.max(mean, usual.reduce((all, count) => all + (count - mean) ** 2, 0) / usual.length);
  return (LATEST_DAYS * mean - sum) / Math.sqrt(LATEST_DAYS * variance);
}

const actionsOf = (row: Row | undefined): number =>
  row === undefined ? 0 : ACTIONS.reduce((sum, member) => sum + numberOf(row, member), 0);
