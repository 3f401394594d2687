import type { Row } from '../../../cube/query.ts';
import { addDays, dayOf, groupBy, MOST_ROWS, NOBODY, numberOf, textOf, type Rule } from '../rule.ts';

const LEFT = 'stage_stays.left_at';
const STEP = 'stage_stays.step';
const WENT_ON = ['stage_stays.stays_advanced', 'stage_stays.stays_won'];
const STAYED_BEHIND = ['stage_stays.stays_lost', 'stage_stays.stays_moved_back'];
const DEVIATIONS = 2;

/**
 * Of the stays in a step that ended, fewer went on than in the weeks before. By the day a stay ended, not by the day it began: the latest
 * cohort always looks bad, for its good deals are not through yet.
 */
export const conversionDrop: Rule<'conversion_drop', Map<string, Row[]>> = {
  name: 'conversion_drop',
  needs: [...WENT_ON, ...STAYED_BEHIND, LEFT],
  async load({ asker, span }, { days, history_days: history }) {
    const { rows } = await asker.ask({
      measures: [...WENT_ON, ...STAYED_BEHIND],
      dimensions: [STEP],
      timeDimensions: [
        { dimension: LEFT, granularity: 'day', dateRange: [addDays(span.from, -days - history), span.to] },
      ],
      limit: MOST_ROWS,
    });
    return groupBy(rows, (row) => textOf(row, STEP));
  },
  judge(bySteps, { day }, { drop, least_deals: least, days, history_days: history }) {
    const first = addDays(day, 1 - days);
    return [...bySteps].flatMap(([step, rows]) => {
      const now = countOf(rows, first, day);
      const before = countOf(rows, addDays(first, -history), addDays(first, -1));
      if (step === '' || now.all < least || before.all < least) return [];
      const usual = before.wentOn / before.all;
      const value = now.wentOn / now.all;
      const pooled = (now.wentOn + before.wentOn) / (now.all + before.all);
      const deviation = Math.sqrt(pooled * (1 - pooled) * (1 / now.all + 1 / before.all));
      if (value > usual * (1 - drop) || usual - value < DEVIATIONS * deviation) return [];
      return [
        {
          ...NOBODY,
          subject: step,
          subjectTitle: step,
          value,
          norm: usual,
          unit: 'share' as const,
          evidence: [
            { id: 'now', title: `${first} – ${day}`, value: now.wentOn },
            { id: 'of', title: 'of', value: now.all },
          ],
        },
      ];
    });
  },
};

function countOf(rows: readonly Row[], from: string, to: string): { wentOn: number; all: number } {
  let wentOn = 0;
  let all = 0;
  for (const row of rows) {
    const day = dayOf(row, LEFT);
    if (day < from || day > to) continue;
    const on = WENT_ON.reduce((sum, member) => sum + numberOf(row, member), 0);
    wentOn += on;
    all += on + STAYED_BEHIND.reduce((sum, member) => sum + numberOf(row, member), 0);
  }
  return { wentOn, all };
}
