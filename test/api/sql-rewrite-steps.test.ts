import { beforeAll, describe, expect, it } from 'vitest';

import { EXECUTIVE, rewriterOverModel, type RewriterOverModel } from './sql-rewrite-model.ts';

const POLICY = '    access_policy: [{ group: executive, row_level: { allow_all: true } }]';
const CONTENT = `
cubes:
  - name: orders
    public: false
    sql_table: shop.orders
    joins:
      - { name: items, sql: '{CUBE}.id = {items}.order_id', relationship: one_to_many }
    dimensions:
      - { name: id, sql: id, type: number, primary_key: true, public: true }
      - { name: city, sql: city, type: string }
      - { name: ordered_at, sql: ordered_at, type: time }
    measures:
      - { name: orders_count, type: count }
      - { name: total, sql: total, type: sum }
      - { name: last_week, sql: total, type: sum, rolling_window: { trailing: 7 day } }
      - { name: has_query, type: number, sql: 'sum(total) / (SELECT count(*) FROM shop.cities)' }
      - { name: filtered, type: number, sql: "sum(total) FILTER (WHERE city = 'Pskov') / count(*)" }
  - name: items
    public: false
    sql_table: shop.items
    dimensions:
      - { name: item_id, sql: id, type: number, primary_key: true }
      - { name: article, sql: article, type: string }
    measures:
      - { name: pieces, sql: pieces, type: sum }
views:
  - name: shop
    cubes:
      - { join_path: orders, includes: '*' }
      - { join_path: orders.items, includes: '*' }
${POLICY}
`;

let sql: RewriterOverModel;
beforeAll(async () => {
  sql = await rewriterOverModel([{ fileName: 'shop.yml', content: CONTENT }], 'UTC');
});

const said = async (statement: string): Promise<string> => {
  const outcome = await sql.rewrite(statement, EXECUTIVE);
  return outcome.kind === 'refused' ? `${outcome.sqlState} ${outcome.reason}` : outcome.text;
};

describe('measures that are not one pass over the rows of a SELECT', () => {
  it.each([
    ['of the one side of a join, by the many side', 'SELECT article, MEASURE(total) FROM shop GROUP BY 1'],
    ['of the one side, with a plain aggregate', 'SELECT SUM(total) FROM shop WHERE article = $1'],
    [
      'of the one side, through derived tables',
      'SELECT SUM(t) FROM (SELECT total AS t, article FROM shop) "_"',
    ],
    ['of both sides', 'SELECT city, MEASURE(total), MEASURE(pieces) FROM shop GROUP BY 1'],
    ['of a running window', 'SELECT city, MEASURE(last_week) FROM shop GROUP BY 1'],
  ])('are refused: %s', async (_what, statement) => {
    expect(await said(statement)).toContain(
      '0A000 These columns of "shop" together are computed in several steps',
    );
  });

  it('are answered where the columns asked for are one pass', async () => {
    expect(await said('SELECT city, MEASURE(total) FROM shop GROUP BY 1')).not.toContain('items');
    expect(await said('SELECT city, MEASURE(pieces) FROM shop GROUP BY 1')).toContain('shop.items');
  });

  it('are refused where they read a table of their own, and take no second FILTER', async () => {
    expect(await said('SELECT MEASURE(has_query) FROM shop')).toContain('reads a table of its own');
    expect(await said('SELECT MEASURE(filtered) FROM shop')).toContain('shop.orders');
    expect(await said("SELECT MEASURE(filtered) FILTER (WHERE city = 'Omsk') FROM shop")).toContain(
      '0A000 A condition cannot be applied',
    );
  });
});
