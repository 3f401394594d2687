/** `select * from RELATION where CONDITION`, as `not_null` and its like render: a property of each row of one relation. */
const OF_A_ROW = /^\s*select \*\s+from ((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)\s+where ([\s\S]+)$/;

/**
 * One statement that counts the failing rows of many tests: `place` (in `tests`) and `failures`. Tests of single rows of the same relation
 * are counted in one pass over it.
 */
export function countSql(tests: readonly string[]): string {
  const parts: string[] = [];
  const passes = new Map<string, { places: number[]; counts: string[] }>();
  for (const [place, sql] of tests.entries()) {
    const [, relation, condition] = OF_A_ROW.exec(sql) ?? [];
    if (relation === undefined || condition === undefined || isMore(condition)) {
      parts.push(`select ${place} as place, count(*) as failures from (\n${sql}\n) as failing`);
      continue;
    }
    const pass = passes.get(relation) ?? { places: [], counts: [] };
    pass.places.push(place);
    pass.counts.push(`count(*) filter (where ${condition}\n)`);
    passes.set(relation, pass);
  }
  for (const [relation, { places, counts }] of passes) {
    parts.push(
      `select unnest(array[${places.join(', ')}]) as place, unnest(array[${counts.join(',\n')}]) as failures from ${relation}`,
    );
  }
  return parts.join('\nunion all\n');
}

/** What follows `where` is more than a condition. Rather too careful: a word inside a text counts, too. */
const isMore = (condition: string): boolean =>
  /\b(?:group|having|order|limit|offset|union|intersect|except|window|fetch|for)\b/i.test(condition);
