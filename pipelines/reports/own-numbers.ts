import type { Cell } from '../../cube/query.ts';
import type { SectionContext } from './ask-section.ts';
import { fullTitleOf } from './ask-section.ts';
import type { Column, Table } from './document.ts';
import { WORDS } from './words.ts';

const VIEW = 'scorecard';
/** KPI and, where the regulation has one, the member of its norm. */
const NUMBERS: readonly (readonly [measure: string, norm?: string])[] = [
  ['leads_new'],
  ['calls_answered', 'calls_norm'],
  ['talk_time', 'talk_norm'],
  ['emails_sent'],
  ['meetings_held', 'meetings_norm'],
  ['proposals_sent', 'proposals_norm'],
  ['deals_won'],
  ['won_amount'],
  ['tasks_done'],
  ['tasks_overdue'],
  ['crm_actions'],
  ['activity_index'],
  ['norm_compliance'],
];

/**
 * A manager's own numbers beside the norm and the average of the team, KPI by KPI. The average is a measure of the manager's own rows: it
 * needs no right to see a colleague.
 */
export async function ownNumbers(context: SectionContext): Promise<Table | undefined> {
  const { asker, period, language } = context;
  const member = (name: string): string => `${VIEW}.${name}`;
  const known = NUMBERS.filter(([measure]) => asker.knows(member(measure)));
  if (known.length === 0) return undefined;
  const asked = known
    .flatMap(([measure, norm]) => [measure, `${measure}_team_average`, ...(norm === undefined ? [] : [norm])])
    .map(member)
    .filter((name) => asker.knows(name));
  const { rows, annotation } = await asker.ask({
    measures: asked,
    timeDimensions: [{ dimension: member('date'), dateRange: [period.from, period.to] }],
  });
  const own = rows[0] ?? {};
  const words = WORDS[language];
  const link = context.linkTo('scorecard');
  const shown = known.flatMap(([measure, norm]) => {
    const about = annotation[member(measure)];
    return about ? [{ measure, norm, about }] : [];
  });
  const valueOf = (name: string): Cell => own[member(name)] ?? null;
  return {
    title: words.numbers,
    columns: [words.metric, words.own, words.average, words.norm].map(textColumn),
    rows: shown.map(({ measure, norm, about }) => [
      fullTitleOf(about, language),
      valueOf(measure),
      valueOf(`${measure}_team_average`),
      norm === undefined ? null : valueOf(norm),
    ]),
    rowAnnotations: shown.map(({ about }) => about),
    empty: words.empty,
    ...(link !== undefined && { link }),
  };
}

const textColumn = (title: string, index: number): Column => ({
  key: `own.${index}`,
  title,
  annotation: { title, shortTitle: title, type: index === 0 ? 'string' : 'number' },
});
