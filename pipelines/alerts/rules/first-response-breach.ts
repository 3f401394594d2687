import { DateTime } from 'luxon';
import type { Row } from '../../../cube/query.ts';
import { addDays, groupBy, membersOf, MOST_ROWS, textOf, WHO, whoOf, type Rule } from '../rule.ts';

const VIEW = 'funnel';
const CREATED = 'funnel.created_at';
const SPEED = 'funnel.first_contact_speed';

/** Leads that wait for a first contact longer than the norm, by the manager who has them. */
export const firstResponseBreach: Rule<'first_response_breach', Row[]> = {
  name: 'first_response_breach',
  needs: ['funnel.leads_new', SPEED],
  async load({ asker, span }, { days }) {
    const { rows } = await asker.ask({
      measures: ['funnel.leads_new', SPEED],
      dimensions: [...membersOf(VIEW, WHO), 'funnel.deal_id', CREATED],
      timeDimensions: [{ dimension: 'funnel.date', dateRange: [addDays(span.from, -days), span.to] }],
      filters: [{ member: 'funnel.leads_new', operator: 'gt', values: ['0'] }],
      limit: MOST_ROWS,
    });
    return rows as Row[];
  },
  judge(rows, { now, day, days, firstContactNorm }, { at_least: atLeast, days: back }) {
    const oldest = addDays(day, -back);
    const waiting = rows.filter((row) => {
      // As text first: a back-test looks at every lead on every day.
      const createdOn = textOf(row, CREATED).slice(0, 10);
      if (createdOn < oldest || createdOn > day) return false;
      const created = createdAt(row, days.timeZone);
      if (created > now) return false;
      const isContacted =
        row[SPEED] !== null && created.getTime() + Number(row[SPEED]) * 1_000 <= now.getTime();
      return !isContacted && days.businessSeconds(created, now) > firstContactNorm;
    });
    return [...groupBy(waiting, (row) => whoOf(row, VIEW).managerId ?? '')].flatMap(([id, leads]) => {
      if (leads.length < atLeast) return [];
      const who = whoOf(leads[0]!, VIEW);
      return [
        {
          ...who,
          subject: id,
          subjectTitle: who.manager ?? '',
          value: leads.length,
          norm: atLeast - 1,
          unit: 'count' as const,
          evidence: leads
            .map((row) => ({
              id: textOf(row, 'funnel.deal_id'),
              title: textOf(row, CREATED).slice(0, 16).replace('T', ' '),
            }))
            .sort((left, right) => left.title.localeCompare(right.title)),
        },
      ];
    });
  },
};

/** Cube writes times without a zone, in the account's. */
function createdAt(row: Row, timeZone: string): Date {
  return DateTime.fromISO(textOf(row, CREATED), { zone: timeZone }).toJSDate();
}
