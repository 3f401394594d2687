import type { Call } from '../story/calls.ts';
import type { Story } from '../story/story.ts';
import { REGULATION, seconds } from '../regulation.ts';
import { DAYS, times, type Fact, type Kpi } from './kpi.ts';

/** Business seconds. */
const CALLBACK_NORM = seconds(REGULATION.callback_norm);
const MEETING_WITHIN = 14 * DAYS;

const calls =
  (counts: (call: Call) => boolean, value: (call: Call, story: Story) => number = () => 1) =>
  (story: Story): Fact[] =>
    story.calls
      .filter((call) => call.direction !== 'internal' && counts(call))
      .map((call) => ({ at: call.startedAt, manager: call.manager, value: value(call, story), key: call.number ?? '' })); // prettier-ignore

const isIn = ({ direction }: Call): boolean => direction === 'in';
const isOut = ({ direction }: Call): boolean => direction === 'out';
const isAnswered = ({ talk }: Call): boolean => talk > 0;
const isMissed = (call: Call): boolean => isIn(call) && !isAnswered(call);

/** The next call with the number that was ours, or theirs and answered. */
function returned(story: Story): (call: Call) => Call | null {
  const byNumber = new Map<string, Call[]>();
  for (const call of story.calls.toSorted((a, b) => a.startedAt - b.startedAt)) {
    if (call.number === null || call.direction === 'internal') continue;
    byNumber.set(call.number, [...(byNumber.get(call.number) ?? []), call]);
  }
  return ({ number, startedAt }) =>
    (number === null ? [] : (byNumber.get(number) ?? [])).find((next) => next.startedAt > startedAt && (isOut(next) || isAnswered(next))) ?? null; // prettier-ignore
}

const callbacks =
  (isBusiness: boolean) =>
  (story: Story): Fact[] => {
    const next = returned(story);
    return story.calls.filter(isMissed).flatMap((call) => {
      const back = next(call);
      if (back === null) return [];
      const [from, to] = [call.endedAt, back.startedAt];
      const value = isBusiness ? story.businessTime.between(from, to) : Math.max(0, to - from);
      return [{ at: call.startedAt, manager: call.manager, value }];
    });
  };

/** Missed, not returned within the norm, and the norm is over. */
function unreturned(story: Story): Fact[] {
  const next = returned(story);
  return story.calls
    .filter((call) => {
      if (!isMissed(call)) return false;
      const until = next(call)?.startedAt ?? story.now;
      return story.businessTime.between(call.endedAt, until) > CALLBACK_NORM;
    })
    .map(({ startedAt, manager }) => ({ at: startedAt, manager }));
}

function followedByMeeting(call: Call, { meetings }: Story): boolean {
  return meetings.some(
    ({ state, client, startsAt }) =>
      state === 'held' &&
      client !== null &&
      client === call.client &&
      startsAt >= call.startedAt &&
      startsAt <= call.startedAt + MEETING_WITHIN,
  );
}

/** E. Work done: the telephone. */
export const CALLS: readonly Kpi[] = [
  { id: 'calls_out', measure: 'calls.calls_out', as: 'sum', facts: calls(isOut) },
  { id: 'calls_in', measure: 'calls.calls_in', as: 'sum', facts: calls(isIn) },
  { id: 'calls_answered', measure: 'calls.calls_answered', as: 'sum', facts: calls(isAnswered) },
  { id: 'calls_missed', measure: 'calls.calls_missed', as: 'sum', facts: calls(isMissed) },
  { id: 'missed_rate', measure: 'calls.missed_rate', as: 'ratio', facts: calls(isIn, (call) => Number(isMissed(call))) }, // prettier-ignore
  { id: 'missed_unreturned', measure: 'calls.missed_unreturned', as: 'sum', facts: unreturned },
  ...times('callback_time', 'calls.callback_time', callbacks(false)),
  ...times('callback_time', 'calls.callback_business_time', callbacks(true)),
  { id: 'talk_time', measure: 'calls.talk_time', as: 'sum', facts: calls(isAnswered, ({ talk }) => talk) },
  { id: 'avg_talk_time', measure: 'calls.avg_talk_time', as: 'average', facts: calls(isAnswered, ({ talk }) => talk) }, // prettier-ignore
  { id: 'reach_rate', measure: 'calls.reach_rate', as: 'ratio', facts: calls(isOut, (call) => Number(isAnswered(call))) }, // prettier-ignore
  { id: 'reach_rate', measure: 'calls.numbers_dialled', as: 'distinct', facts: calls(isOut) },
  { id: 'call_to_meeting_rate', measure: 'calls.call_to_meeting_rate', as: 'ratio', facts: calls(isAnswered, (call, story) => Number(followedByMeeting(call, story))) }, // prettier-ignore
];
