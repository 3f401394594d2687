import { describe, expect, it } from 'vitest';
import { issueToken, type TokenRequest } from '../../cube/auth.ts';
import type { OracleCompany } from '../metrics/oracle/company.ts';

interface Member {
  readonly name: string;
  readonly type: string;
  readonly meta?: { readonly personal?: boolean };
}
interface View {
  readonly name: string;
  readonly measures: readonly Member[];
  readonly dimensions: readonly Member[];
}
type Row = Readonly<Record<string, unknown>>;

/**
 * Every view as every role, over the synthetic company, where every view has rows of several managers and teams. Called where that
 * company is already built, since building it takes longer than all of this.
 */
export function everyViewAsEveryRole(company: () => OracleCompany, views: readonly string[]): void {
  const meta = async (as: Partial<TokenRequest>): Promise<readonly View[]> => {
    const { url, secret } = await company().way.api();
    const token = issueToken({ secret, role: 'executive', ...as });
    const response = await fetch(`${url}/cubejs-api/v1/meta`, { headers: { authorization: token } });
    return ((await response.json()) as { cubes: View[] }).cubes;
  };
  const viewOf = async (name: string, as: Partial<TokenRequest> = {}): Promise<View | undefined> =>
    (await meta(as)).find((view) => view.name === name);
  const ask = (query: object, as: Partial<TokenRequest> = {}): Promise<readonly Row[]> =>
    company().way.ask(query, as);
  const names = (members: readonly Member[] | undefined): string[] => (members ?? []).map(({ name }) => name);

  /** Somebody the view has rows of, with their team. */
  async function somebody(view: string): Promise<{ manager: string; team: string }> {
    const measure = names((await viewOf(view))?.measures)[0];
    const rows = await ask({
      measures: [measure],
      dimensions: [`${view}.manager_id`, `${view}.team_id`],
      filters: [
        { member: `${view}.manager_id`, operator: 'set' },
        { member: `${view}.team_id`, operator: 'set' },
      ],
    });
    const row = rows[Math.floor(rows.length / 2)];
    expect(rows.length, `${view} has rows of several managers`).toBeGreaterThan(1);
    return { manager: String(row?.[`${view}.manager_id`]), team: String(row?.[`${view}.team_id`]) };
  }

  describe.each(views.filter((view) => !NOBODYS.includes(view)))('view %s', (view) => {
    const only = (member: string, value: string) => ({
      filters: [{ member: `${view}.${member}`, operator: 'equals', values: [value] }],
    });

    it('is for a manager what it is for an executive who looks at that manager alone, measure by measure', async () => {
      const { manager } = await somebody(view);
      const measures = names((await viewOf(view))?.measures);
      const as = { role: 'manager', managers: [manager], teams: ['another claim opens nothing'] } as const;
      expect(await ask({ measures }, as)).toEqual(await ask({ measures, ...only('manager_id', manager) }));
      const rows = await ask({ dimensions: [`${view}.manager_id`] }, as);
      expect(rows).toEqual([{ [`${view}.manager_id`]: manager }]);
    });

    it('is for a head what it is for an executive who looks at that team alone', async () => {
      const { team, manager } = await somebody(view);
      const measures = names((await viewOf(view))?.measures);
      const as = { role: 'head', teams: [team], managers: [manager] } as const;
      expect(await ask({ measures }, as)).toEqual(await ask({ measures, ...only('team_id', team) }));
      const rows = await ask({ dimensions: [`${view}.team_id`] }, as);
      expect(rows).toEqual([{ [`${view}.team_id`]: team }]);
    });

    it('shows nobody else through a filter', async () => {
      const { manager } = await somebody(view);
      const rows = await ask(
        {
          dimensions: [`${view}.manager_id`],
          filters: [
            {
              or: [
                { member: `${view}.manager_id`, operator: 'set' },
                { member: `${view}.manager_id`, operator: 'notSet' },
              ],
            },
          ],
        },
        { role: 'manager', managers: [manager] },
      );
      expect(rows).toEqual([{ [`${view}.manager_id`]: manager }]);
    });

    it('has no row for a manager or a team that is not there', async () => {
      const dimensions = [`${view}.manager_id`];
      expect(await ask({ dimensions }, { role: 'manager', managers: ['1:0'] })).toEqual([]);
      expect(await ask({ dimensions }, { role: 'head', teams: ['No such team'] })).toEqual([]);
    });
  });

  describe.each(views)('view %s', (view) => {
    it('has the same numbers for an analyst and an executive', async () => {
      const measures = names((await viewOf(view, { role: 'analyst' }))?.measures);
      expect(measures.length).toBeGreaterThan(0);
      expect(await ask({ measures }, { role: 'analyst' })).toEqual(await ask({ measures }));
    });

    it('tells an analyst no name, address or number of a person in any column', async () => {
      const { dimensions = [] } = (await viewOf(view, { role: 'analyst' })) ?? {};
      const personal = (await viewOf(view))?.dimensions.filter((member) => member.meta?.personal === true);
      for (const { name } of personal ?? []) {
        expect(names(dimensions)).not.toContain(name);
        await expect(ask({ dimensions: [name] }, { role: 'analyst' })).rejects.toThrow(/not visible/);
      }
      const told = new Set<string>();
      for (const { name, type } of dimensions.filter((member) => member.type === 'string')) {
        const rows = await ask({ dimensions: [name], limit: 20_000 }, { role: 'analyst' });
        for (const row of rows) if (type === 'string') told.add(`${name}: ${String(row[name])}`);
      }
      const text = [...told].join('\n').toLowerCase();
      expect(company().persons.filter((person) => text.includes(person.toLowerCase()))).toEqual([]);
    });
  });

  it.each(['economics'])('view %s is not for heads and managers', async (view) => {
    const measures = names((await viewOf(view))?.measures).slice(0, 1);
    for (const as of [
      { role: 'head', teams: ['Корпоративные продажи'] },
      { role: 'manager', managers: ['1:1'] },
    ] as const) {
      expect(await viewOf(view, as)).toBeUndefined();
      await expect(ask({ measures }, as)).rejects.toThrow();
    }
  });

  it('these are all the views there are', async () => {
    expect((await meta({})).map(({ name }) => name).sort()).toEqual([...views].sort());
  });
}

/** Views without managers in their rows, and alerts, of which this company has raised none. */
const NOBODYS: readonly string[] = ['economics', 'data_health', 'alerts'];
