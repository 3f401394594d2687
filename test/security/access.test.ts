import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readModel } from '../../cube/model-files.ts';
import { cubeOverMarts, token, type CubeOverMarts } from '../api/cube-harness.ts';
import { ANNA, BORIS, CLARA } from '../api/marts-fixture.ts';

interface Member {
  readonly name: string;
  readonly type: string;
  readonly meta?: Readonly<Record<string, unknown>>;
}
interface View {
  readonly name: string;
  readonly type: string;
  readonly measures: Member[];
  readonly dimensions: Member[];
  readonly segments: Member[];
}

const MODEL = fileURLToPath(new URL('../../model', import.meta.url));

let api: CubeOverMarts;
let views: View[];
const meta = async (bearer?: string): Promise<View[]> =>
  (await api.get('/meta', bearer)).body['cubes'] as View[];
beforeAll(async () => {
  api = await cubeOverMarts();
  views = await meta();
});
afterAll(() => api.close());

/** Views whose rows are managers' own, over which the rules of rights are tried one by one. */
const NAMES = ['funnel', 'deals', 'stage_stays', 'tasks', 'activities', 'quality'];
const first = (view: string): string => {
  const found = views.find(({ name }) => name === view)?.measures[0];
  if (found === undefined) throw new Error(`View ${view} has no measure`);
  return found.name;
};

/** Who is in the rows a token gets, from the ids, which every role may see. */
async function managersSeen(view: string, bearer: string): Promise<unknown[]> {
  const rows = await api.rows({ measures: [first(view)], dimensions: [`${view}.manager_id`] }, bearer);
  return rows.map((row) => row[`${view}.manager_id`]).sort();
}

const everybody = { funnel: [ANNA, BORIS, CLARA], deals: [ANNA, BORIS, CLARA], stage_stays: [ANNA, BORIS, CLARA], tasks: [ANNA, BORIS], activities: [ANNA, BORIS], quality: [ANNA, BORIS] }; // prettier-ignore

it('nothing but views is public, and every view', () => {
  expect(views.map(({ name }) => name).sort()).toEqual([...readModel(MODEL).views].sort());
  expect(views.every(({ type }) => type === 'view')).toBe(true);
});

describe.each(NAMES)('view %s', (view) => {
  const all = everybody[view as keyof typeof everybody];

  it('shows an executive and an analyst everybody', async () => {
    expect(await managersSeen(view, token('executive'))).toEqual(all);
    expect(await managersSeen(view, token('analyst'))).toEqual(all);
  });

  it('shows a head the team, by name or by id', async () => {
    const north = all.filter((id) => id !== CLARA);
    expect(await managersSeen(view, token('head', { teams: ['North'] }))).toEqual(north);
    expect(await managersSeen(view, token('head', { teams: ['1:11'] }))).toEqual(north);
    expect(await managersSeen(view, token('head', { teams: ['North', 'South'] }))).toEqual(all);
    expect(await managersSeen(view, token('head', { teams: ['East'] }))).toEqual([]);
  });

  it('shows a manager their own rows', async () => {
    expect(await managersSeen(view, token('manager', { managers: [BORIS] }))).toEqual([BORIS]);
    expect(await managersSeen(view, token('manager', { managers: ['1:999'] }))).toEqual([]);
  });

  it('keeps the claims of one role from opening another', async () => {
    expect(
      await managersSeen(view, token('manager', { managers: [BORIS], teams: ['North', 'South'] })),
    ).toEqual([BORIS]);
    expect(await managersSeen(view, token('head', { teams: ['South'], managers: [BORIS] }))).toEqual(
      all.filter((id) => id === CLARA),
    );
  });

  it('cuts totals as it cuts rows, for every measure', async () => {
    const measures = views.find(({ name }) => name === view)?.measures.map(({ name }) => name) ?? [];
    expect(measures.length).toBeGreaterThan(1);
    const bearer = token('manager', { managers: [BORIS] });
    const own = await api.rows({ measures }, bearer);
    const filtered = await api.rows({
      measures,
      filters: [{ member: `${view}.manager_id`, operator: 'equals', values: [BORIS] }],
    });
    expect(own).toEqual(filtered);
  });

  it('does not let a filter widen what a manager sees', async () => {
    const rows = await api.rows(
      {
        dimensions: [`${view}.manager_id`],
        filters: [
          {
            or: [
              { member: `${view}.manager_id`, operator: 'equals', values: [ANNA] },
              { member: `${view}.manager_id`, operator: 'set' },
            ],
          },
        ],
      },
      token('manager', { managers: [BORIS] }),
    );
    expect(rows.map((row) => row[`${view}.manager_id`])).toEqual([BORIS]);
  });

  it('names nobody to an analyst: not in the model, not in rows, not through a filter', async () => {
    const bearer = token('analyst');
    const visible =
      (await meta(bearer)).find(({ name }) => name === view)?.dimensions.map(({ name }) => name) ?? [];
    const personal = views
      .find(({ name }) => name === view)
      ?.dimensions.filter(
        (dimension) => (dimension as { meta?: { personal?: boolean } }).meta?.personal === true,
      )
      .map(({ name }) => name);
    expect(personal).toContain(`${view}.manager`);
    expect(visible).toContain(`${view}.manager_id`);
    for (const member of personal ?? []) {
      expect(visible).not.toContain(member);
      const { status, body } = await api.load({ dimensions: [member] }, bearer);
      expect(status).toBe(400);
      expect(body.error).toMatch(/is not visible/);
      const filtered = await api.load(
        {
          dimensions: [`${view}.manager_id`],
          filters: [{ member, operator: 'equals', values: ['Anna', 'Romashka', 'Deal 1'] }],
        },
        bearer,
      );
      expect(filtered.body.data ?? []).toEqual([]);
    }
  });
});

it('an analyst learns nothing of names from the order of rows', async () => {
  const ordered = { dimensions: ['deals.crm_id'], order: [['deals.client', 'desc']], limit: 1 };
  const { body } = await api.load(ordered, token('analyst'));
  const unordered = await api.load({ ...ordered, order: [] }, token('analyst'));
  expect(body.data ?? []).toEqual(body.error === undefined ? unordered.body.data : []);
  const { body: sql } = await api.get(
    `/sql?query=${encodeURIComponent(JSON.stringify(ordered))}`,
    token('analyst'),
  );
  expect(JSON.stringify(sql)).not.toMatch(/order by[^"]*client/i);
});

describe('the model', () => {
  it('shows a head and a manager every member but the company’s economics, an analyst all but what is personal', async () => {
    const members = (found: View[]): Member[] =>
      found.flatMap(({ dimensions, measures }) => [...dimensions, ...measures]);
    const names = (found: Member[]): string[] => found.map(({ name }) => name).sort();
    const all = members(views);
    const ofManagers = names(all.filter(({ name }) => !name.startsWith('economics.')));
    expect(names(members(await meta(token('head', { teams: ['North'] }))))).toEqual(ofManagers);
    expect(names(members(await meta(token('manager', { managers: [BORIS] }))))).toEqual(ofManagers);
    const impersonal = names(all.filter((member) => member.meta?.['personal'] !== true));
    expect(impersonal.length).toBeLessThan(all.length);
    expect(names(members(await meta(token('analyst'))))).toEqual(impersonal);
  });

  it.each(['rows', 'sql'])('private cubes answer nobody (%s)', async (kind) => {
    const query = { dimensions: ['managers.manager'] };
    const { status, body } =
      kind === 'rows'
        ? await api.load(query)
        : await api.get(`/sql?query=${encodeURIComponent(JSON.stringify(query))}`);
    expect(status).toBe(400);
    expect(body.error).toMatch(/'managers.manager' is not visible/);
  });

  it('GraphQL applies the same rights', async () => {
    const ask = async (bearer: string, query: string) => {
      const response = await fetch(`${api.cube.url}/cubejs-api/graphql`, {
        method: 'POST',
        headers: { authorization: bearer, 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      return (await response.json()) as { data?: { cube: unknown[] } | null; errors?: { message: string }[] };
    };
    const won = '{ cube { funnel { manager_id won_amount } } }';
    const own = await ask(token('manager', { managers: [CLARA] }), won);
    expect(own.data?.cube).toEqual([{ funnel: { manager_id: CLARA, won_amount: 50_000.55 } }]);
    const names = await ask(token('analyst'), '{ cube { funnel { manager won_amount } } }');
    expect(names.errors?.[0]?.message).toMatch(/is not visible/);
    const cubes = await ask(api.executive, '{ cube { managers { manager } } }');
    expect(cubes.data?.cube ?? []).toEqual([]);
  });
});

it('the same query of two people is not answered from one cache', async () => {
  const query = { measures: ['funnel.won_amount'] };
  const anna = token('manager', { managers: [ANNA] });
  const clara = token('manager', { managers: [CLARA] });
  const answers = await Promise.all(
    [anna, clara, api.executive, anna].map((bearer) => api.rows(query, bearer)),
  );
  expect(answers.map(([row]) => row?.['funnel.won_amount'])).toEqual(['0', '50000.55', '400000.65', '0']);
});
