import { numberOf, useLoad } from '../api/cube.ts';
import { go, useAddress } from '../controls/address.ts';
import { FilterSelect } from '../controls/filter-select.tsx';
import type { Sheet } from '../export/sheet.ts';
import type { Member } from '../model/catalog.ts';
import { withParts } from '../model/measures.ts';
import { viewOf } from '../model/scope.ts';
import type { CompareBlock } from '../pages/index.ts';
import { averageOf, deviationOf, teamAverages } from './averages.ts';
import { Frame } from './frame.tsx';
import { useBlock } from './use-block.ts';

/** Two or more managers, number by number, beside the average of everybody. */
export function CompareView({ block }: { block: CompareBlock }) {
  const { t, language, catalog, titleOf, format, scope } = useBlock();
  const { manager: chosen, team } = useAddress();
  const view = viewOf(block.measures[0]!);
  const [id, name] = [`${view}.manager_id`, `${view}.manager`];
  const ofTeam = teamAverages(catalog, block.measures);
  const query = {
    measures: [...withParts(catalog, block.measures), ...ofTeam.values()],
    filters: [
      { member: id, operator: 'set' } as const,
      // The average is of everybody, the chosen ones among them.
      ...(team.length > 0 && catalog.has(`${view}.team`)
        ? [{ member: `${view}.team`, operator: 'equals', values: team } as const]
        : []),
    ],
    ...scope.dated(block.measures[0]!, scope.range),
  };
  const { data, isLoading, error, refetch } = useLoad({
    ...query,
    dimensions: catalog.has(name) ? [id, name] : [id],
  });
  const totals = useLoad(query);
  const everybody = (data ?? []).filter((row) =>
    block.measures.some((one) => (numberOf(row[one]) ?? 0) !== 0),
  );
  // Who may see only their own numbers is held against the average at once.
  const isAlone = everybody.length === 1;
  const people = isAlone ? everybody : everybody.filter((row) => chosen.includes(String(row[id])));
  const isComparable = isAlone || people.length > 1;
  const averageFor = (one: Member): number | null =>
    averageOf(one, {
      rows: everybody,
      people: everybody,
      total: totals.data?.[0],
      ofTeam: ofTeam.get(one.name),
    });
  const measures = block.measures.map((one) => catalog.find(one)!);
  const nameOf = (row: (typeof everybody)[number]): string => String(row[name] ?? row[id]);
  const sheet = (): Sheet => ({
    columns: [
      { title: '', isNumber: false },
      ...people.map((row) => ({ title: nameOf(row), isNumber: true })),
      { title: t('average'), isNumber: true },
    ],
    rows: measures.map((one) => [
      titleOf(one),
      ...people.map((row) => numberOf(row[one.name])),
      averageFor(one),
    ]),
  });
  return (
    <Frame
      title={block.title}
      hint={block.hint}
      width={block.width ?? 'full'}
      isLoading={isLoading}
      error={error}
      retry={() => void refetch()}
      isEmpty={false}
      sheet={isComparable ? sheet : undefined}
      controls={!isAlone && <FilterSelect filter="manager" />}
    >
      {!isComparable ? (
        <div className="state">
          <span>{t('pickTwo')}</span>
        </div>
      ) : (
        <div className="table-scroll" tabIndex={0} role="region" aria-label={block.title[language]}>
          <table className="table table-opened">
            <thead>
              <tr>
                <td />
                {people.map((row) => (
                  <th key={String(row[id])} scope="col" className="is-number">
                    {nameOf(row)}
                  </th>
                ))}
                <th scope="col" className="is-number">
                  {t(ofTeam.size > 0 ? 'teamAverage' : 'average')}
                </th>
              </tr>
            </thead>
            <tbody>
              {measures.map((one) => {
                const average = averageFor(one);
                return (
                  <tr key={one.name}>
                    <th scope="row" title={one.definition[language]}>
                      {titleOf(one)}
                    </th>
                    {people.map((row) => {
                      const value = numberOf(row[one.name]);
                      const deviation = deviationOf(one, value, { average, norm: null });
                      return (
                        <td
                          key={String(row[id])}
                          className={`is-number${deviation ? ` tone-${deviation.tone}` : ''}`}
                        >
                          <button
                            type="button"
                            title={deviation && t(deviation.word)}
                            onClick={() => go({ open: one.name, slice: [`${id}~${String(row[id])}`] })}
                          >
                            {format.full(one.unit, value)}
                            {deviation && (
                              <span className="deviation" aria-hidden="true">
                                {deviation.isAbove ? '▲' : '▼'}
                              </span>
                            )}
                          </button>
                        </td>
                      );
                    })}
                    <td className="is-number muted">{format.full(one.unit, average)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
      )}
    </Frame>
  );
}
