import type { Meeting } from '../story/meetings.ts';
import type { Story } from '../story/story.ts';
import { times, type Fact, type Kpi } from './kpi.ts';

const letters =
  (direction: 'in' | 'out') =>
  ({ mail }: Story): Fact[] =>
    mail.letters.filter((letter) => letter.isPersonal && letter.direction === direction);

const replies =
  (isBusiness: boolean) =>
  ({ mail, businessTime }: Story): Fact[] =>
    mail.replies.map(({ question, answer }) => ({
      at: answer.at,
      manager: answer.manager,
      value: isBusiness ? businessTime.between(question.at, answer.at) : answer.at - question.at,
    }));

const held =
  (counts: (meeting: Meeting) => boolean) =>
  ({ meetings }: Story): Fact[] =>
    meetings
      .filter((meeting) => meeting.state === 'held' && counts(meeting))
      .map(({ startsAt, manager }) => ({ at: startsAt, manager }));

/** Tasks of the CRM that were ticked off, by whoever did it. */
function done({ crm, people }: Story): Fact[] {
  const completed = new Map(
    crm.events
      .filter(({ type }) => type === 'task_completed')
      .map(({ entity_id, created_at, created_by }) => [
        entity_id,
        { at: created_at, manager: people.id(created_by) },
      ]),
  );
  return crm.tasks
    .filter(({ is_completed }) => is_completed)
    .map(
      ({ id, updated_at, responsible_user_id }) =>
        completed.get(id) ?? { at: updated_at, manager: people.id(responsible_user_id) },
    );
}

/** Tasks whose time has passed; 1 for those done late or not at all. */
function due(story: Story): Fact[] {
  const { crm, people, now } = story;
  const completed = new Map(
    crm.events
      .filter(({ type }) => type === 'task_completed')
      .map((event) => [event.entity_id, event.created_at]),
  );
  return crm.tasks
    .filter(({ complete_till }) => complete_till < now)
    .map(({ id, complete_till, responsible_user_id, is_completed }) => ({
      at: complete_till,
      manager: people.id(responsible_user_id),
      value: is_completed && (completed.get(id) ?? 0) <= complete_till ? 0 : 1,
    }));
}

/** E. Work done: mail, meetings, tasks. */
export const WORK: readonly Kpi[] = [
  { id: 'emails_sent', measure: 'correspondence.emails_sent', as: 'sum', facts: letters('out') },
  { id: 'emails_received', measure: 'correspondence.emails_received', as: 'sum', facts: letters('in') },
  ...times('email_reply_time', 'correspondence.email_reply_time', replies(false)),
  ...times('email_reply_time', 'correspondence.email_reply_business_time', replies(true)),
  {
    id: 'emails_unanswered',
    measure: 'correspondence.emails_unanswered',
    as: 'sum',
    facts: ({ mail }) => mail.waiting,
  },
  { id: 'meetings_held', measure: 'meetings.meetings_held', as: 'sum', facts: held(() => true) },
  {
    id: 'presentations_held',
    measure: 'meetings.presentations_held',
    as: 'sum',
    facts: held(({ isPresentation }) => isPresentation),
  },
  { id: 'tasks_done', measure: 'tasks.tasks_done', as: 'sum', facts: done },
  { id: 'tasks_overdue', measure: 'tasks.tasks_overdue', as: 'sum', facts: due },
  {
    id: 'tasks_on_time_rate',
    measure: 'tasks.tasks_on_time_rate',
    as: 'ratio',
    facts: (story) => due(story).map((fact) => ({ ...fact, value: 1 - (fact.value ?? 0) })),
  },
];
