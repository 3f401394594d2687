import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { START, createSmallCrm, lead, moved, reassigned, type RawRow, type SmallCrm } from './small-crm.ts';

const BEFORE = 1;
const AFTER = 2;
const SAME_SECOND_FIRST = 3;
const SAME_SECOND_LAST = 4;
const AT_CREATION = 5;
const MISSING_EVENT = 6;
const STRANGER = 7;
const THERE_AND_BACK = 8;

const rows: readonly RawRow[] = [
  reassigned(BEFORE, 20, 1, 2),
  moved(BEFORE, 30, 20, 142),
  lead({ id: BEFORE, status: 142, updated: 30, owner: 2 }),

  moved(AFTER, 30, 20, 142),
  reassigned(AFTER, 40, 1, 2),
  lead({ id: AFTER, status: 142, updated: 40, owner: 2 }),

  // The order within the second is the order of the calls.
  reassigned(SAME_SECOND_FIRST, 30, 1, 2),
  moved(SAME_SECOND_FIRST, 30, 20, 142),
  lead({ id: SAME_SECOND_FIRST, status: 142, updated: 30, owner: 2 }),

  moved(SAME_SECOND_LAST, 30, 20, 142),
  reassigned(SAME_SECOND_LAST, 30, 1, 2),
  lead({ id: SAME_SECOND_LAST, status: 142, updated: 30, owner: 2 }),

  reassigned(AT_CREATION, 0, 3, 1),
  lead({ id: AT_CREATION, status: 20 }),

  lead({ id: MISSING_EVENT, status: 20, updated: 5, owner: 1 }, true),
  lead({ id: MISSING_EVENT, status: 20, updated: 15, owner: 2 }, true),
  moved(MISSING_EVENT, 30, 20, 142),
  lead({ id: MISSING_EVENT, status: 142, updated: 30, owner: 2 }),

  moved(STRANGER, 10, 20, 30, { by: 0 }),
  lead({ id: STRANGER, status: 30, updated: 10, owner: 77 }),

  reassigned(THERE_AND_BACK, 10, 1, 2),
  reassigned(THERE_AND_BACK, 20, 2, 1),
  moved(THERE_AND_BACK, 15, 20, 30),
  moved(THERE_AND_BACK, 25, 30, 143),
  lead({ id: THERE_AND_BACK, status: 143, updated: 25 }),
];

let crm: SmallCrm;
beforeAll(async () => {
  crm = await createSmallCrm();
  await crm.put(rows);
  await crm.build();
});
afterAll(() => crm.drop());

const ownersOf = async (deal: number): Promise<unknown> =>
  (
    await crm.rows(
      `select owner_id_at_creation as created, owner_id_at_close as closed, owner_id as now from marts.fct_deals
       where deal_id = $1`,
      [`7:${deal}`],
    )
  )[0];

describe('the credit for a deal', () => {
  it('goes to who owned it when it was closed: handed over before', async () => {
    expect(await ownersOf(BEFORE)).toEqual({ created: '7:1', closed: '7:2', now: '7:2' });
  });

  it('stays with who closed it: handed over after', async () => {
    expect(await ownersOf(AFTER)).toEqual({ created: '7:1', closed: '7:1', now: '7:2' });
    const wins = await crm.rows(
      `select owner_id from marts.fct_deal_events where deal_id = $1 and event = 'won'`,
      [`7:${AFTER}`],
    );
    expect(wins).toEqual([{ owner_id: '7:1' }]);
  });

  it('goes to the new owner in the second of the closing when the hand-over comes first', async () => {
    expect(await ownersOf(SAME_SECOND_FIRST)).toEqual({ created: '7:1', closed: '7:2', now: '7:2' });
  });

  it('stays with the old owner in that second when the closing comes first', async () => {
    expect(await ownersOf(SAME_SECOND_LAST)).toEqual({ created: '7:1', closed: '7:1', now: '7:2' });
  });

  it('of a creation goes to the first owner, even one replaced in the same second', async () => {
    expect(await ownersOf(AT_CREATION)).toEqual({ created: '7:3', closed: null, now: '7:1' });
  });

  it('follows the versions where the event of the hand-over is missing', async () => {
    expect(await ownersOf(MISSING_EVENT)).toEqual({ created: '7:1', closed: '7:2', now: '7:2' });
    const owners = await crm.rows(
      `select owner_id, history_source as source, (extract(epoch from valid_from) - $1)::int / 60 as since
       from intermediate.int_deal_ownership where deal_id = $2 order by ownership_no`,
      [START, `7:${MISSING_EVENT}`],
    );
    expect(owners).toEqual([
      { owner_id: '7:1', source: 'assumed', since: 0 },
      { owner_id: '7:2', source: 'version', since: 15 },
    ]);
  });

  it('is given at each entry and each exit of a stay', async () => {
    const stays = await crm.rows(
      `select owner_id_at_entry as came, owner_id_at_exit as left from marts.fct_deal_stage_stays where deal_id = $1
       order by stay_no`,
      [`7:${THERE_AND_BACK}`],
    );
    expect(stays).toEqual([
      { came: '7:1', left: '7:2' },
      { came: '7:2', left: '7:1' },
      { came: '7:1', left: '7:1' },
    ]);
  });
});

describe('managers', () => {
  it('are the users, and whoever else the facts name', async () => {
    const managers = await crm.rows(
      `select crm_id, name, email, team_id, team, is_active, is_admin, is_known from marts.dim_managers order by crm_id::int`,
    );
    const nobody = {
      email: null,
      team_id: null,
      team: null,
      is_active: false,
      is_admin: false,
      is_known: false,
    };
    const user = { team_id: '7:11', team: 'North', is_active: true, is_admin: false, is_known: true };
    expect(managers).toEqual([
      { crm_id: '0', name: 'Robot', ...nobody },
      { crm_id: '1', name: 'Anna', email: 'anna@example.org', ...user },
      { crm_id: '2', name: 'Boris', email: 'boris@example.org', ...user, is_active: false },
      {
        crm_id: '3',
        name: 'Clara',
        email: 'clara@example.org',
        ...user,
        team_id: '7:12',
        team: 'Unknown team 12',
        is_admin: true,
      },
      { crm_id: '77', name: 'Unknown user 77', ...nobody },
    ]);
  });
});
