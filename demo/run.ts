import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DateTime } from 'luxon';
import pg from 'pg';
import pc from 'picocolors';
import { parse, parseDocument } from 'yaml';
import { issueToken } from '../cube/auth.ts';
import { readApiSecret, STATE_DIR } from '../pipelines/cli/api-secret.ts';
import { runBuildWithProgress } from '../pipelines/cli/build-progress.ts';
import { startCubeFor } from '../pipelines/cli/cube.ts';
import { humanDuration } from '../pipelines/cli/progress.ts';
import { withRuntime } from '../pipelines/cli/runtime.ts';
import { untilInterrupted } from '../pipelines/cli/signals.ts';
import { runSyncs } from '../pipelines/cli/sync-progress.ts';
import { loginLink, openWebFor, prepareDashboard } from '../pipelines/cli/web.ts';
import { startEmbedded, type EmbeddedPostgres } from '../pipelines/warehouse/index.ts';
import { scramVerifier } from '../pipelines/warehouse/scram.ts';
import { printReports } from './reports.ts';
import { startCompanyProcess, writeCompanyFiles } from './stand-in-process.ts';

export interface DemoOptions {
  readonly once: boolean;
  readonly leads: number;
  readonly seed: number;
  readonly port: number;
  readonly debug: boolean;
}

const DEMO_DIR = join(STATE_DIR, 'demo');
const DEMO_DATABASE = 'voronka_demo';
/** What the company has outside its CRM: calls, mail, calendars, plans. */
const COMPANY_DIR = join(DEMO_DIR, 'company');
/** Where the company's configuration names them, below `sources`. */
const FOLDERS: readonly (readonly (string | number)[])[] = [
  [1, 'files', 'path'],
  [2, 'path'],
  [3, 'calendars', 0, 'path'],
  [4, 'folder'],
];
/** Who may log in to the demo's dashboard, with a password of this run. */
const USER = 'demo';
const TOKEN_VARIABLE = 'VORONKA_DEMO_TOKEN';

/**
 * The whole way of the data on one machine: makes up a company that ends now, serves it as amoCRM, reads it, builds, serves the KPIs.
 * Everything lies in `.voronka/demo`, made anew on each run.
 */
export async function runDemo(options: DemoOptions): Promise<void> {
  const started = Date.now();
  const say = (text: string): void =>
    console.error(`${pc.dim(humanDuration(Date.now() - started).padStart(6))}  ${text}`);

  say(
    `Making up a sales department (18 months, ${options.leads.toLocaleString('en-US')} leads), starting Postgres …`,
  );
  const until = DateTime.now().startOf('hour').toJSDate();
  rmSync(COMPANY_DIR, { recursive: true, force: true });
  const company = { leads: options.leads, seed: options.seed, until };
  const dashboard = prepareDashboard();
  const [standIn, database] = await Promise.all([
    startCompanyProcess(company),
    makeDemoDatabase(),
    writeCompanyFiles(company, COMPANY_DIR),
  ]);
  try {
    process.env[TOKEN_VARIABLE] = standIn.token;
    const password = randomBytes(6).toString('base64url');
    const config = writeDemoConfig(standIn.url, options.port, password);
    await withRuntime(
      { config, debug: options.debug },
      { schedules: false },
      async ({ config, warehouse, runtime }) => {
        say(
          'A stand-in serves it through amoCRM’s API, calls, mail and tables lie in folders; reading it all into Postgres …',
        );
        await runSyncs(
          config,
          runtime.runLog,
          config.sources.map(({ name }) => name),
          { thenBuild: false },
        );
        say('Building the marts and testing them, starting Cube …');
        const web = await openWebFor(config, warehouse, dashboard);
        const [cube] = await Promise.all([
          startCubeFor(config, warehouse, config.serve, web.handle),
          runBuildWithProgress(config, warehouse, {}),
        ]);
        try {
          const token = issueToken({ secret: await readApiSecret(), role: 'executive', ttl: '30d' });
          await printReports({
            url: cube.url,
            token,
            timeZone: config.account.time_zone,
            currency: config.account.currency,
          });
          say(pc.bold(`Served ${humanDuration(Date.now() - started)} after the start.`));
          printAddresses(cube.url, token, password);
          if (!options.once) {
            await runtime.startSchedules();
            const interrupted = untilInterrupted();
            const speaking = await runtime.startSpeaking({ url: cube.url, secret: await readApiSecret() });
            await interrupted;
            await speaking.stop();
          }
        } finally {
          await cube.stop();
          await web.close();
        }
      },
    );
  } finally {
    await Promise.all([standIn.stop(), database.close()]);
  }
}

/** The demo's configuration is the company's, with this run's addresses in it: the file a reader may look at and try commands with. */
function writeDemoConfig(url: string, port: number, password: string): string {
  mkdirSync(DEMO_DIR, { recursive: true });
  const document = parseDocument(readFileSync(new URL('./company/voronka.yaml', import.meta.url), 'utf8'));
  document.setIn(['sources', 0, 'base_url'], url);
  document.setIn(['sources', 0, 'token_env'], TOKEN_VARIABLE);
  // The stand-in on this machine has no limit; the real amoCRM allows 7.
  document.setIn(['sources', 0, 'requests_per_second'], 500);
  // Folders stand there as they lie beside each other; here they are named from where the demo runs.
  for (const path of FOLDERS) {
    const folder = document.getIn(['sources', ...path]);
    document.setIn(['sources', ...path], join(COMPANY_DIR, String(folder)));
  }
  const { managers } = parse(readFileSync(join(COMPANY_DIR, 'managers.yaml'), 'utf8')) as {
    managers: unknown;
  };
  document.setIn(['managers'], document.createNode(managers));
  document.setIn(['channels', 0, 'path'], join(DEMO_DIR, String(document.getIn(['channels', 0, 'path']))));
  document.setIn(['database', 'name'], DEMO_DATABASE);
  document.setIn(['serve', 'port'], port);
  document.setIn(
    ['users'],
    document.createNode([{ name: USER, password: scramVerifier(password), role: 'executive' }]),
  );
  const file = join(DEMO_DIR, 'voronka.yaml');
  writeFileSync(file, String(document));
  return file;
}

/** The demo never touches a database of the user's: it has one of its own in the embedded Postgres, made anew each time. */
async function makeDemoDatabase(): Promise<EmbeddedPostgres> {
  delete process.env['DATABASE_URL'];
  const server = await startEmbedded({ database: 'postgres' });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    await client.query(`drop database if exists ${DEMO_DATABASE} with (force)`);
    await client.query(`create database ${DEMO_DATABASE}`);
    // Made anew on each run, so nothing is lost with the last instant of a power cut; real databases wait for the disk.
    await client.query(`alter database ${DEMO_DATABASE} set synchronous_commit = off`);
  } finally {
    await client.end();
  }
  return server;
}

function printAddresses(url: string, token: string, password: string): void {
  const query =
    '{"measures":["funnel.leads_new","funnel.deals_won","funnel.won_amount"],"dimensions":["funnel.team"]}';
  console.log(`
${pc.bold('Dashboard')}  ${loginLink(url, token)}
           (or ${url} as user ${pc.bold(USER)} with password ${pc.bold(password)})
${pc.bold('API')}        ${url}/cubejs-api/v1
${pc.bold('Token')}      ${token}
${pc.bold('Try')}        curl -s -G -H 'Authorization: ${token}' ${url}/cubejs-api/v1/load --data-urlencode 'query=${query}'
`);
}
