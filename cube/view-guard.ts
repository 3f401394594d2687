import { HiddenMemberError } from './portable/hidden-member-error.ts';

interface Filter {
  readonly member?: string;
  readonly dimension?: string;
  readonly and?: readonly Filter[];
  readonly or?: readonly Filter[];
}

interface GuardedQuery {
  readonly measures?: readonly unknown[];
  readonly dimensions?: readonly unknown[];
  readonly segments?: readonly unknown[];
  readonly timeDimensions?: readonly { readonly dimension: string }[];
  readonly filters?: readonly Filter[];
}

const filterMembers = (filter: Filter): string[] => [
  ...[filter.member ?? filter.dimension ?? []].flat(),
  ...(filter.and ?? []).flatMap(filterMembers),
  ...(filter.or ?? []).flatMap(filterMembers),
];

/**
 * Refuses a query that names anything but members of the views, in a filter too. Cube itself hides members of private
 * cubes only when it writes the answer out: a filter on one would still tell, by rows or no rows, what is in there.
 */
export function onlyViews(views: ReadonlySet<string>): <Q extends GuardedQuery>(query: Q) => Q {
  return (query) => {
    const members = [
      ...(query.measures ?? []),
      ...(query.dimensions ?? []),
      ...(query.segments ?? []),
      ...(query.timeDimensions ?? []).map((timeDimension) => timeDimension.dimension),
      ...(query.filters ?? []).flatMap(filterMembers),
    ];
    for (const member of members) {
      if (typeof member === 'string' && !views.has(member.split('.')[0] ?? ''))
        throw new HiddenMemberError(member);
    }
    return query;
  };
}
