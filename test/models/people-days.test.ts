import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TransformConfig } from '../../pipelines/transform/index.ts';
import {
  BASICS,
  CONFIG,
  createSmallCrm,
  event,
  lead,
  moved,
  type RawRow,
  type SmallCrm,
} from './small-crm.ts';

/**
 * Minutes count from Monday 3 March 2025, 09:00 in Moscow; a working day is Monday to Friday. Anna and Boris are in the CRM's group North,
 * Clara in group 12. Anna works from 3 March to 11 April and changed to East on 10 March, by the configuration; Boris was seen in group 12
 * before he was seen in North.
 *
 * | deal | owner | what happened |
 * |---|---|---|
 * | 1 | Anna | created Mon 3 March, proposal Tue 4 March, won Mon 10 March, 1 000 |
 * | 2 | Anna | created Mon 3 March, lost Wed 5 March |
 * | 3 | Boris | created and won Fri 4 April, 500 |
 */
const DAY = 1_440;
const REGULATED: TransformConfig = {
  ...CONFIG,
  managers: [
    {
      manager: 'anna@example.org',
      team: 'North',
      teams: [{ team: 'East', from: '2025-03-10' }],
      from: '2025-03-03',
      to: '2025-04-11',
      extensions: [],
      mailboxes: [],
    },
    { manager: 'Boris', team: null, to: '2025-04-30', extensions: [], mailboxes: [] },
  ],
  regulation: {
    staleSeconds: 7_200,
    norms: [
      { metric: 'proposals', value: 1 },
      { metric: 'proposals', value: 0.2, team: 'North', from: '2025-03-05' },
      { metric: 'calls', value: 0, manager: '1', to: '2025-03-04' },
    ],
    bonusTiers: [
      { from: 0.5, amount: 10, rate: 0 },
      { from: 1, amount: 0, rate: 0.1 },
    ],
    ratingPoints: [
      { metric: 'deals_won', points: 5 },
      { metric: 'won_amount', points: 0.01 },
    ],
    competitions: [
      {
        name: 'Offers',
        from: '2025-03-04',
        to: '2025-03-05',
        points: [
          { metric: 'proposals_sent', points: 3 },
          { metric: 'deals_lost', points: -1 },
        ],
      },
    ],
  },
};

const user = (id: number, name: string, group: number, isPast = false): RawRow => ({
  stream: 'users',
  id: String(id),
  updatedAt: null,
  isPast,
  payload: {
    id,
    name,
    email: `${name.toLowerCase()}@example.org`,
    rights: { is_admin: false, is_active: true, group_id: group },
  },
});

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createSmallCrm(REGULATED, BASICS);
  await crm.put([
    user(2, 'Boris', 12, true),
    user(2, 'Boris', 11),
    lead({ id: 1, owner: 1, price: 1_000, status: 142, updated: 7 * DAY, closed: 7 * DAY }),
    moved(1, DAY, 20, 50),
    moved(1, 7 * DAY, 50, 142),
    lead({ id: 2, owner: 1, status: 143, updated: 2 * DAY, closed: 2 * DAY }),
    moved(2, 2 * DAY, 20, 143),
    lead({
      id: 3,
      owner: 2,
      price: 500,
      created: 32 * DAY,
      status: 142,
      updated: 32 * DAY + 60,
      closed: 32 * DAY + 60,
    }),
    moved(3, 32 * DAY + 60, 20, 142),
  ]);
  // The list of users was read on 17 March before Boris was seen to have moved.
  await crm.pool.query(
    `update raw.amocrm__users__history set seen_at = '2025-03-01', superseded_at = '2025-03-17 12:00+03'`,
  );
  await crm.build();
});
afterAll(() => crm.drop());

const days = (manager: number, columns: string, where = 'true'): Promise<unknown[]> =>
  crm.rows(`select to_char(day, 'MM-DD') as day, ${columns} from marts.fct_manager_days
    where manager_id = '7:${manager}' and ${where} order by day`);

describe('teams over time', () => {
  it('are the configured ones on their days, else the groups the CRM was seen with', async () => {
    expect(
      await crm.rows(
        `select manager_id, team_id, team, from_day::text, before_day::text from marts.dim_manager_teams order by 1, 4`,
      ),
    ).toEqual([
      { manager_id: '7:1', team_id: '7:11', team: 'North', from_day: '1900-01-01', before_day: '2025-03-10' },
      {
        manager_id: '7:1',
        team_id: '7:team:East',
        team: 'East',
        from_day: '2025-03-10',
        before_day: '9999-12-31',
      },
      {
        manager_id: '7:2',
        team_id: '7:12',
        team: 'Unknown team 12',
        from_day: '1900-01-01',
        before_day: '2025-03-17',
      },
      { manager_id: '7:2', team_id: '7:11', team: 'North', from_day: '2025-03-17', before_day: '9999-12-31' },
      {
        manager_id: '7:3',
        team_id: '7:12',
        team: 'Unknown team 12',
        from_day: '1900-01-01',
        before_day: '9999-12-31',
      },
    ]);
    expect(await crm.rows(`select manager_id, team from marts.dim_managers order by 1`)).toEqual([
      { manager_id: '7:1', team: 'East' },
      { manager_id: '7:2', team: 'North' },
      { manager_id: '7:3', team: 'Unknown team 12' },
    ]);
  });

  it('give each day to the team of that day, so that a change rewrites nothing', async () => {
    expect(
      await days(
        1,
        'team, deals_won, proposals_sent, deals_lost',
        'has_facts and deals_won + deals_lost + proposals_sent > 0',
      ),
    ).toEqual([
      { day: '03-04', team: 'North', deals_won: '0', proposals_sent: '1', deals_lost: '0' },
      { day: '03-05', team: 'North', deals_won: '0', proposals_sent: '0', deals_lost: '1' },
      { day: '03-10', team: 'East', deals_won: '1', proposals_sent: '0', deals_lost: '0' },
    ]);
  });
});

describe('days of managers', () => {
  it('are all days at work, one row each, weekends included', async () => {
    expect(
      await crm.rows(`select manager_id, min(day)::text as first, max(day)::text as last, count(*)::int as days,
        count(*) filter (where is_working_day)::int as working from marts.fct_manager_days where is_at_work group by 1 order by 1`),
    ).toEqual([
      // Six weeks of five working days; Boris from the day of his first deal. Clara has done nothing.
      { manager_id: '7:1', first: '2025-03-03', last: '2025-04-11', days: 40, working: 30 },
      { manager_id: '7:2', first: '2025-04-04', last: '2025-04-30', days: 27, working: 19 },
    ]);
  });

  it('hold each day against the norm of its team or manager; below one a day against five working days', async () => {
    expect(
      await days(
        1,
        'proposals_norm::float, calls_norm::float, is_norm_met',
        `day < '2025-03-14' and is_working_day`,
      ),
    ).toEqual([
      { day: '03-03', proposals_norm: 1, calls_norm: 0, is_norm_met: false },
      { day: '03-04', proposals_norm: 1, calls_norm: 0, is_norm_met: true },
      // 0.2 a day: the proposal of the 4th is enough for three days, then for five.
      { day: '03-05', proposals_norm: 0.2, calls_norm: null, is_norm_met: true },
      { day: '03-06', proposals_norm: 0.2, calls_norm: null, is_norm_met: true },
      { day: '03-07', proposals_norm: 0.2, calls_norm: null, is_norm_met: true },
      // East has no norm of its own: everybody's.
      { day: '03-10', proposals_norm: 1, calls_norm: null, is_norm_met: false },
      { day: '03-11', proposals_norm: 1, calls_norm: null, is_norm_met: false },
      { day: '03-12', proposals_norm: 1, calls_norm: null, is_norm_met: false },
      { day: '03-13', proposals_norm: 1, calls_norm: null, is_norm_met: false },
    ]);
  });

  it('compare three working days with the twenty before them', async () => {
    // Anna moved deals on 4, 5 and 10 March: days 2, 3 and 6 of her 30 working days. The 23rd is 2 April.
    expect(
      await days(
        1,
        'activity_recent::float, activity_before::float',
        `activity_before is not null and day < '2025-04-08'`,
      ),
    ).toEqual([
      { day: '04-02', activity_recent: 0, activity_before: 0.15 },
      { day: '04-03', activity_recent: 0, activity_before: 0.15 },
      { day: '04-04', activity_recent: 0.3333333333333333, activity_before: 0.1 },
      { day: '04-07', activity_recent: 0.3333333333333333, activity_before: 0.05 },
    ]);
  });

  it('stand beside the sums of the team, over those at work', async () => {
    expect(
      await crm.rows(`select team_id, managers::int, deals_lost::int, days_with_norm::int as normed, days_norm_met::int as met
        from marts.fct_team_days where day = '2025-03-05'`),
    ).toEqual([{ team_id: '7:11', managers: 1, deals_lost: 1, normed: 1, met: 1 }]);
  });
});

describe('the health of the data', () => {
  it('is told with how long a stream may go unread', async () => {
    expect(
      await crm.rows('select distinct stale_after_seconds::int as seconds from marts.fct_data_health'),
    ).toEqual([{ seconds: 7_200 }]);
  });
});

describe('the rating', () => {
  it('gives points and places by month, and in a competition between its days', async () => {
    expect(
      await crm.rows(`select coalesce(competition, 'month') as race, period_from::text as from, manager_id, sum(points)::float as points,
        max(place)::int as place, max(participants)::int as of from marts.fct_rating_days group by 1, 2, 3 order by 1, 2, 3`),
    ).toEqual([
      { race: 'Offers', from: '2025-03-04', manager_id: '7:1', points: 2, place: 1, of: 1 },
      { race: 'month', from: '2025-03-01', manager_id: '7:1', points: 15, place: 1, of: 1 },
      { race: 'month', from: '2025-04-01', manager_id: '7:1', points: 0, place: 2, of: 2 },
      { race: 'month', from: '2025-04-01', manager_id: '7:2', points: 10, place: 1, of: 2 },
    ]);
  });
});

describe('what changes later', () => {
  it('leaves no trace where it was before, and equals a build from nothing', async () => {
    // Deal 1 turns out to be Boris's and won a day later; deal 2 is deleted; a deal of nobody is lost.
    await crm.put([
      event('entity_responsible_changed', 1, 1, {
        before: { responsible_user: { id: 1 } },
        after: { responsible_user: { id: 2 } },
      }),
      lead({ id: 1, owner: 2, price: 2_000, status: 142, updated: 7 * DAY + 5, closed: 7 * DAY }),
      lead({ id: 2, owner: 1, status: 143, deletedAt: 3 * DAY }),
      lead({ id: 4, owner: 0, created: DAY, status: 143, updated: 2 * DAY, closed: 2 * DAY }),
      moved(4, 2 * DAY, 20, 143),
      // User 99 was removed before the list of users was first read.
      lead({ id: 5, owner: 99, status: 20, created: DAY, updated: DAY }),
    ]);
    await crm.build();
    const tables = [
      'marts.fct_manager_days',
      'marts.fct_team_days',
      'marts.fct_rating_days',
      'marts.fct_activities',
    ];
    expect(await days(1, 'deals_won, deals_lost', 'deals_won + deals_lost + proposals_sent > 0')).toEqual([]);
    expect(await days(2, 'deals_won, won_amount::float', 'deals_won > 0')).toEqual([
      { day: '03-10', deals_won: '1', won_amount: 2_000 },
      { day: '04-04', deals_won: '1', won_amount: 500 },
    ]);
    expect(await days(99, 'leads_new, is_at_work', 'true')).toEqual([
      { day: '03-04', leads_new: '1', is_at_work: false },
    ]);
    for (const table of tables) {
      await crm.pool.query(`create table ${table.replace('marts.', 'public.')} as table ${table}`);
    }
    await crm.build({ full: true });
    for (const table of tables) {
      const kept = table.replace('marts.', 'public.');
      expect(
        await crm.rows(`(select 'before' as at, a::text from (table ${kept} except all table ${table}) a)
          union all (select 'after', a::text from (table ${table} except all table ${kept}) a)`),
        table,
      ).toEqual([]);
    }
  });
});
