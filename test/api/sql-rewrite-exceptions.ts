/** A statement of the corpus, known by a part of its text, and why it is treated otherwise. */
export interface CorpusException {
  readonly part: string;
  readonly why: string;
}

/** Which rows are right is not determined: any as many are. */
export const ANY_ROWS: readonly CorpusException[] = [
  { part: 'EXPLAIN SELECT count, avgPrice', why: 'a plan names relations and estimates, not rows' },
  { part: 'LIMIT 100 OFFSET 50', why: 'a limit without an order' },
  { part: 'ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW', why: 'a running average without an order' },
  { part: 'GROUP BY 1, 2, 3\n    LIMIT 10\n) grouped', why: 'a limit without an order, joined to' },
];

const NO_JOIN_FIELD =
  'Views share no rows to be joined by; plain tables have null in "__cubeJoinField", so the oracle joins nothing (or everything to ' +
  'everything), which is no answer either.';

export interface Refused extends CorpusException {
  /** A part of the reason the client gets. */
  readonly reason: string;
}

export const REFUSED: readonly Refused[] = [
  { part: 'LEFT JOIN Logs q3 ON q1.__cubeJoinField', reason: '__cubeJoinField', why: NO_JOIN_FIELD },
  { part: 'cube_scan_subq AS', reason: '__cubeJoinField', why: NO_JOIN_FIELD },
  { part: '"semijoin1.c22" IS NULL', reason: '__cubeJoinField', why: NO_JOIN_FIELD },
  {
    part: 'LEFT JOIN NumberCube ON (NumberCube.__cubeJoinField',
    reason: '__cubeJoinField',
    why: NO_JOIN_FIELD,
  },
  {
    part: 'LEFT JOIN (SELECT read, __cubeJoinField FROM Logs)',
    reason: '__cubeJoinField',
    why: NO_JOIN_FIELD,
  },
  {
    part: 'LEFT JOIN Logs ON (KibanaSampleDataEcommerce.__cubeJoinField',
    reason: '__cubeJoinField',
    why: NO_JOIN_FIELD,
  },
  {
    part: 'LEFT JOIN (select __cubeJoinField, read r from Logs)',
    reason: '__cubeJoinField',
    why: NO_JOIN_FIELD,
  },
  {
    part: 'avg(mp) from (SELECT customer_gender, notes, order_date, last_mod, avg(avgPrice) mp',
    reason: 'do not add up',
    why: 'An average of averages weighs small groups as much as large ones.',
  },
  {
    part: 'SUM("t2"."__measure__1")',
    reason: 'do not add up',
    why: 'A sum of averages means nothing that the model defines.',
  },
  {
    part: 'SUM(avgPrice) mp',
    reason: 'aggregation type',
    why: 'avgPrice is an average; Cube refuses SUM over it, too.',
  },
  {
    part: "SUM(\n        CASE (dim_str1 = 'foo')",
    reason: 'aggregation type',
    why: 'maxPrice is a maximum; Cube refuses SUM over it, too.',
  },
];
