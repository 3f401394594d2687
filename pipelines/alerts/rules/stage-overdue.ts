import type { Row } from '../../../cube/query.ts';
import type { WorkingDays } from '../../reports/working-days.ts';
import {
  groupBy,
  membersOf,
  MOST_ROWS,
  textOf,
  WHO,
  whoOf,
  type Finding,
  type LoadContext,
  type Rule,
  type Who,
} from '../rule.ts';

const VIEW = 'regulation';
const DIMENSIONS = [
  'deal_id',
  'deal',
  'deal_url',
  'stage',
  'stage_entered_at',
  'days_in_stage',
  'stage_limit_days',
];

/** A stay that went past its limit: from the day it did to the day it ended (none: it lasts). */
interface LongStay {
  readonly who: Who;
  readonly stage: string;
  readonly dealId: string;
  readonly deal: string;
  readonly url: string | undefined;
  readonly daysInStage: number;
  readonly overdueFrom: string;
  readonly until: string | undefined;
}

/** Open deals longer in their stage than its limit, by manager and stage and by team and stage: one alert stands for all that lie in one heap. */
export const stageOverdue: Rule<'stage_overdue', LongStay[]> = {
  name: 'stage_overdue',
  needs: ['regulation.stage_overdue', 'regulation.days_in_stage'],
  async load(context) {
    const open = await ask(context, 'stage_overdue');
    const left = context.isBackTest ? await ask(context, 'stays_late') : [];
    return [...open, ...left];
  },
  judge(stays, { day }, { at_least: atLeast, team_at_least: teamAtLeast }) {
    const overdue = stays.filter(
      ({ overdueFrom, until }) => overdueFrom <= day && (until === undefined || until > day),
    );
    const byManager = groupBy(overdue, ({ who, stage }) => `${who.managerId ?? ''}/${stage}`);
    const byTeam = groupBy(
      overdue.filter(({ who }) => who.teamId !== null),
      ({ who, stage }) => `team ${who.teamId}/${stage}`,
    );
    return [
      ...[...byManager].map(([subject, list]) => heap(subject, list, atLeast, list[0]!.who)),
      ...[...byTeam].map(([subject, list]) =>
        heap(subject, list, teamAtLeast, { ...list[0]!.who, managerId: null, manager: null }),
      ),
    ].filter((finding) => finding !== undefined);
  },
};

/** Enough overdue deals of one stage in one pair of hands, or in one department, which may stand still as a whole. */
function heap(subject: string, list: readonly LongStay[], atLeast: number, who: Who): Finding | undefined {
  if (list.length < atLeast) return undefined;
  return {
    ...who,
    subject,
    subjectTitle: list[0]!.stage,
    value: list.length,
    norm: atLeast - 1,
    unit: 'count',
    evidence: [...list]
      .sort((left, right) => right.daysInStage - left.daysInStage)
      .map(({ dealId, deal, url, daysInStage }) => ({
        id: dealId,
        title: deal,
        value: Math.round(daysInStage * 10) / 10,
        url,
      })),
  };
}

async function ask(
  { asker, span, days }: LoadContext,
  which: 'stage_overdue' | 'stays_late',
): Promise<LongStay[]> {
  const isOpen = which === 'stage_overdue';
  const { rows } = await asker.ask({
    measures: isOpen
      ? ['regulation.stage_overdue']
      : ['regulation.stays_limited', 'regulation.stays_within_limit'],
    dimensions: [...membersOf(VIEW, [...WHO, ...DIMENSIONS]), ...(isOpen ? [] : ['regulation.date'])].filter(
      (member) => asker.knows(member),
    ),
    ...(!isOpen && {
      timeDimensions: [{ dimension: 'regulation.date', dateRange: [span.from, '2099-12-31'] }],
    }),
    filters: isOpen
      ? [{ member: 'regulation.stage_overdue', operator: 'gt', values: ['0'] }]
      : [
          { member: 'regulation.stays_limited', operator: 'gt', values: ['0'] },
          { member: 'regulation.stays_within_limit', operator: 'lte', values: ['0'] },
        ],
    limit: MOST_ROWS,
  });
  return rows.map((row) => stayOf(row, isOpen, days));
}

function stayOf(row: Row, isOpen: boolean, days: WorkingDays): LongStay {
  const text = (name: string): string => textOf(row, `${VIEW}.${name}`);
  const entered = text('stage_entered_at').slice(0, 10);
  return {
    who: whoOf(row, VIEW),
    stage: text('stage'),
    dealId: text('deal_id'),
    deal: text('deal') || text('deal_id'),
    url: text('deal_url') || undefined,
    daysInStage: Number(text('days_in_stage')),
    // Cube says that it is overdue; since when, to the day, is what a back-test must know.
    overdueFrom: days.shift(entered, Math.ceil(Number(text('stage_limit_days')))),
    until: isOpen ? undefined : text('date').slice(0, 10),
  };
}
