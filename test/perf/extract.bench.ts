import { busiestWindow, type LoggedRequest } from '../../demo/amocrm/index.ts';
import { advanceStream, openSource } from '../../pipelines/sources/index.ts';
import { openBenchAccount, TOKEN_ENV, type BenchAccount } from './bench-account.ts';

const LEADS = 100_000;
const PER_SECOND = 7;
const PAGE = 250;
const LATENCY = [300, 700] as const;
const SEQUENTIAL_PAGES = 60;

/**
 * A backfill of 100,000 leads at amoCRM's own limit (7 requests a second) and 300–700 ms of latency, against the ceiling of 1,750 rows a
 * second, with the worst sliding second the server saw; beside it a plain reader that asks page after page.
 */
export async function extractBench(): Promise<void> {
  const account = await openBenchAccount({ leads: LEADS, latency: LATENCY, rate: PER_SECOND }, PER_SECOND);
  try {
    const ceiling = PER_SECOND * PAGE;
    console.log(
      `${LEADS.toLocaleString('en')} leads, ${PER_SECOND} requests/s, ${LATENCY.join('–')} ms; ceiling ${ceiling} rows/s`,
    );
    const engine = await timed(() => readAll(account));
    const rate = LEADS / engine.seconds;
    console.log(
      `sync engine          ${engine.seconds.toFixed(1)} s  ${Math.round(rate)} rows/s  ${(rate / ceiling).toFixed(3)} of the ceiling`,
    );
    printRequests(await requests(account));
    const plain = await timed(() => readSequentially(account));
    const plainRate = (SEQUENTIAL_PAGES * PAGE) / plain.seconds;
    console.log(
      `page after page      ${Math.round(plainRate)} rows/s (${SEQUENTIAL_PAGES} pages)  engine / plain = ${(rate / plainRate).toFixed(2)}`,
    );
  } finally {
    await account.close();
  }
}

async function readAll({ config, warehouse }: BenchAccount): Promise<void> {
  const session = await openSource(config, { warehouse });
  const until = new Date();
  while (!(await advanceStream(session, 'leads', { until })).done);
  await session.close();
  const { rows } = await warehouse.pool.query<{ count: string }>('select count(*) from raw.amocrm__leads');
  if (Number(rows[0]!.count) !== LEADS)
    throw new Error(`expected ${LEADS} leads in raw, found ${rows[0]!.count}`);
}

async function readSequentially({ url }: BenchAccount): Promise<void> {
  for (let page = 1; page <= SEQUENTIAL_PAGES; page += 1) {
    const answer = await fetch(`${url}/api/v4/leads?limit=${PAGE}&page=${page}`, {
      headers: { authorization: `Bearer ${process.env[TOKEN_ENV]}` },
    });
    if (!answer.ok) throw new Error(`page ${page}: ${answer.status}`);
    await answer.json();
  }
}

async function requests({ url }: BenchAccount): Promise<LoggedRequest[]> {
  const all = (await (await fetch(`${url}/_stand-in/requests`)).json()) as LoggedRequest[];
  return all.filter(({ path }) => path.startsWith('/api/'));
}

/** What the time went into, in requests: a count does not depend on what else the machine does. */
function printRequests(all: readonly LoggedRequest[]): void {
  const times = all.map(({ time }) => time);
  const seconds = (Math.max(...times) - Math.min(...times)) / 1_000;
  const fewest = Math.ceil(LEADS / PAGE);
  const idle = seconds * PER_SECOND - (all.length - 1);
  console.log(
    `requests             ${all.length} where ${fewest} pages hold all rows: ${all.length - fewest} more; ` +
      `${idle.toFixed(1)} of ${(seconds * PER_SECOND).toFixed(0)} places in the allowance left empty`,
  );
  const refused = all.filter(({ status }) => status === 429).length;
  console.log(`worst sliding second ${busiestWindow(all)} requests; refused with 429: ${refused}`);
}

async function timed(work: () => Promise<void>): Promise<{ seconds: number }> {
  const started = performance.now();
  await work();
  return { seconds: (performance.now() - started) / 1_000 };
}
