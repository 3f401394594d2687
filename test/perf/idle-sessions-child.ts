import pg from 'pg';

/** Opens sessions, says so, and keeps them until it is told to end: `idle-sessions-child.ts URL COUNT`. */
const [url, count] = process.argv.slice(2);
const clients = Array.from({ length: Number(count) }, () => new pg.Client({ connectionString: url }));
for (const client of clients) {
  client.on('error', () => undefined);
  await client.connect();
  await client.query('select manager, measure(deals_count) from deals group by 1');
}
process.send?.('open');
process.once('message', () => process.exit(0));
