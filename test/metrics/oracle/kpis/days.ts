import { REGULATION } from '../regulation.ts';
import { grouped } from '../story/grouped.ts';
import type { Story } from '../story/story.ts';
import { CALLS } from './calls.ts';
import { plusDays } from './clients.ts';
import { DEALS } from './deals.ts';
import { HOURS, type Fact, type Kpi } from './kpi.ts';
import { LEADS } from './leads.ts';
import { overlaps } from './overlaps.ts';
import { WORK } from './work.ts';

/** Facts of another KPI that is somebody's: the scorecard and the rating have no rows of nobody. */
export function factsOf(id: string, story: Story): Fact[] {
  const kpi = [...LEADS, ...DEALS, ...CALLS, ...WORK].find((one) => one.id === id);
  if (kpi === undefined) throw new RangeError(`there is no KPI ${id}`);
  return [...kpi.facts(story, 'total')].filter(({ manager }) => manager !== null);
}

const scaled =
  (id: string, factor: number) =>
  (story: Story): Fact[] =>
    factsOf(id, story).map((fact) => ({ ...fact, value: (fact.value ?? 1) * factor }));

/** Actions in the CRM by people: notes, stage moves, chat messages, tasks ticked off; what was done about deals deleted since was done. */
export function crmActions({ crm, people }: Story): Fact[] {
  const facts: { at: number; by: number }[] = [];
  for (const { note_type, created_at, created_by, params } of crm.notes) {
    const by = note_type.startsWith('call_') ? Number(params.call_responsible ?? created_by) : created_by;
    facts.push({ at: created_at, by });
  }
  for (const { type, created_at, created_by, value_before, value_after } of crm.events) {
    const [from, to] = [value_before[0]?.lead_status, value_after[0]?.lead_status];
    const isMove =
      type === 'lead_status_changed' && (from?.id !== to?.id || from?.pipeline_id !== to?.pipeline_id);
    if (isMove || type === 'task_completed' || type === 'outgoing_chat_message')
      facts.push({ at: created_at, by: created_by });
  }
  return facts.filter(({ by }) => by !== 0).map(({ at, by }) => ({ at, manager: people.id(by) }));
}

export interface AtWork {
  readonly manager: string;
  /** From the first day on which anything is known of them to the last, of who may still sign in to today. */
  readonly first: string;
  readonly last: string;
  /** Working days of these that are over. */
  readonly days: readonly string[];
}

const known = new WeakMap<Story, AtWork[]>();

/** Who was never in the list of users is at work on no day: nothing tells how long they were there. */
export function atWork(story: Story): AtWork[] {
  const told = known.get(story) ?? tellAtWork(story);
  known.set(story, told);
  return told;
}

function tellAtWork(story: Story): AtWork[] {
  const today = story.dayOf(story.now);
  const isActive = new Map(
    story.crm.users.map(({ id, rights }) => [story.people.id(id), rights.is_active !== false]),
  );
  const facts = [
    ...['leads_new', 'deals_won', 'deals_lost', 'proposals_sent', 'calls_out', 'calls_in', 'emails_sent', 'emails_received', 'meetings_held', 'tasks_done'].flatMap((id) => factsOf(id, story)), // prettier-ignore
    ...crmActions(story),
  ].filter(({ manager }) => isActive.has(manager ?? ''));
  return [...grouped(facts, ({ manager }) => manager ?? '')].map(([manager, own]) => {
    const first = story.dayOf(own.reduce((least, { at }) => Math.min(least, at), Infinity));
    const latest = story.dayOf(own.reduce((most, { at }) => Math.max(most, at), 0));
    const last = isActive.get(manager) === true ? today : latest;
    const days: string[] = [];
    for (let day = first; day <= last && day < today; day = plusDays(day, 1))
      if (story.businessTime.isWorkingDay(day)) days.push(day);
    return { manager, first, last, days };
  });
}

type Counts = ReadonlyMap<string, number>;

/** Sums by manager and day. */
function counted(story: Story, facts: readonly Fact[]): Counts {
  const counts = new Map<string, number>();
  for (const { at, manager, value = 1 } of facts) {
    const key = `${manager} ${story.dayOf(at)}`;
    counts.set(key, (counts.get(key) ?? 0) + value);
  }
  return counts;
}

/** 1 for each working day on which every norm was met. */
function normsMet(story: Story): Fact[] {
  const isIn = (fact: Fact): boolean => (fact.value ?? 0) > 0;
  const missed = new Map([
    ...grouped(factsOf('calls_missed', story), ({ at, manager }) => `${at} ${manager}`),
  ]);
  const answeredIn = factsOf('calls_in', story).filter(({ at, manager }) => !missed.has(`${at} ${manager}`));
  const done = {
    calls: counted(story, [...factsOf('calls_out', story), ...answeredIn]),
    talk_minutes: counted(story, scaled('talk_time', 1 / 60)(story)),
    proposals: counted(
      story,
      factsOf('proposals_sent', story).filter((fact) => fact.value === undefined || isIn(fact)),
    ),
  };
  const [everybody, ofTeam] = REGULATION.norms;
  const team = story.people.teamNamed(ofTeam.team);
  return atWork(story).flatMap(({ manager, days }) => {
    const norms = {
      calls: everybody.calls,
      talk_minutes: everybody.talk_minutes,
      proposals: 0,
      ...(story.people.teamOf(manager) === team && { calls: ofTeam.calls, proposals: ofTeam.proposals }),
    };
    return days.map((day) => ({
      at: story.startOf(day),
      manager,
      value: Object.entries(norms).every(([norm, needed]) => (done[norm as keyof typeof done].get(`${manager} ${day}`) ?? 0) >= needed) ? 1 : 0, // prettier-ignore
    }));
  });
}

/** Contacts and actions a day over three working days, against the twenty before. */
function activity(story: Story): Fact[] {
  const all = counted(story, [
    ...['calls_answered', 'emails_sent', 'meetings_held'].flatMap((id) => factsOf(id, story)),
    ...crmActions(story),
  ]);
  return atWork(story).flatMap(({ manager, days }) =>
    days.slice(22).map((day, index) => {
      const sum = (from: number, to: number): number =>
        days.slice(from, to).reduce((total, one) => total + (all.get(`${manager} ${one}`) ?? 0), 0);
      const end = index + 23;
      return {
        at: story.startOf(day),
        manager,
        value: sum(end - 3, end) / 3,
        of: sum(end - 23, end - 3) / 20,
      };
    }),
  );
}

/** E and F: the scorecard. */
export const DAYS_OF_MANAGERS: readonly Kpi[] = [
  { id: 'crm_actions', measure: 'activities.crm_actions', as: 'sum', facts: crmActions },
  {
    id: 'hours_on_calls',
    measure: 'scorecard.hours_on_calls',
    as: 'sum',
    facts: scaled('talk_time', 1 / HOURS),
  },
  // Nobody measures how long a letter takes: five minutes, unless the regulation says otherwise.
  {
    id: 'hours_on_mail',
    measure: 'scorecard.hours_on_mail',
    as: 'sum',
    facts: scaled('emails_sent', 5 / 60),
  },
  {
    id: 'hours_on_meetings',
    measure: 'scorecard.hours_on_meetings',
    as: 'sum',
    facts: ({ meetings }) =>
      meetings
        .filter(({ state, manager }) => state === 'held' && manager !== null)
        .map(({ startsAt, manager, seconds }) => ({ at: startsAt, manager, value: seconds / HOURS })),
  },
  { id: 'overlapping_contacts', measure: 'scorecard.overlapping_contacts', as: 'sum', facts: overlaps },
  { id: 'norm_compliance', measure: 'scorecard.norm_compliance', as: 'ratio', facts: normsMet },
  { id: 'activity_index', measure: 'scorecard.activity_index', as: 'ratio', facts: activity },
];
