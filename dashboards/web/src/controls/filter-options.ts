import { useMemo } from 'react';
import { useLoad, type LoadQuery } from '../api/cube.ts';
import { useCatalog } from '../shell/account.ts';
import type { FilterName } from './address.ts';

export interface Option {
  /** What stands in the address. */
  readonly value: string;
  readonly label: string;
  readonly group?: string | undefined;
}

/** Where the choices are read: small tables first. An analyst sees ids for names. */
const PLACES: Readonly<Record<FilterName, readonly (readonly string[])[]>> = {
  team: [['plan_fact.team'], ['funnel.team']],
  manager: [
    ['plan_fact.manager_id', 'plan_fact.manager', 'plan_fact.team'],
    ['funnel.manager_id', 'funnel.manager', 'funnel.team'],
    ['funnel.manager_id'],
  ],
  pipeline: [['deals.pipeline']],
  source: [['deals.source']],
};

export function useFilterOptions(filter: FilterName, isWanted: boolean): Option[] | undefined {
  const catalog = useCatalog();
  const members = PLACES[filter].find((names) => names.every((name) => catalog.has(name)));
  const query: LoadQuery | undefined =
    members && isWanted
      ? { dimensions: members, filters: [{ member: members[0]!, operator: 'set' }] }
      : undefined;
  const { data } = useLoad(query);
  return useMemo(() => {
    if (members === undefined || data === undefined) return undefined;
    const [value, label, group] = members;
    const options = new Map<string, Option>();
    for (const row of data) {
      const id = String(row[value!]);
      options.set(id, {
        value: id,
        label: String((label && row[label]) ?? id),
        group: group === undefined ? undefined : String(row[group] ?? ''),
      });
    }
    return [...options.values()].sort(
      (one, other) =>
        (one.group ?? '').localeCompare(other.group ?? '') || one.label.localeCompare(other.label),
    );
  }, [data, members]);
}
