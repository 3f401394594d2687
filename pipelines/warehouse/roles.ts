import pg from 'pg';
import { sqlState } from './errors.ts';
import { READER, readerPasswordIsKnown } from './reader.ts';
import { scramVerifier } from './scram.ts';

export interface RoleReport {
  readonly role: string;
  readonly present: boolean;
  /** What is missing and the statement that mends it; absent when all is well. */
  readonly todo?: string;
}

const GROUPS = ['voronka_loader', 'voronka_modeller', 'voronka_eraser'] as const;

/** Settings that hold for every session of the reader, whatever its client asks for at connect. */
const READER_SETTINGS: Readonly<Record<string, string>> = {
  default_transaction_read_only: 'on',
  statement_timeout: '60s',
  idle_in_transaction_session_timeout: '60s',
};

/**
 * Creates the roles where the connected user may, and brings their rights up to date. Roles belong to the whole server and may be
 * wanted by several databases at once, so every step stands being done by somebody else meanwhile. Never throws for lack of rights.
 */
export async function ensureRoles(
  client: pg.ClientBase,
  url: string,
  readerUrl: string,
): Promise<RoleReport[]> {
  const { rows } = await client.query<{ may: boolean }>(
    'select rolsuper or rolcreaterole as may from pg_roles where rolname = current_user',
  );
  const may = rows[0]?.may ?? false;
  const reports: RoleReport[] = [];
  for (const role of GROUPS) reports.push(await ensureRole(client, role, 'nologin', may));
  reports.push(await ensureReader(client, url, readerUrl, may));
  const present = reports.filter((report) => report.present).map((report) => report.role);
  const refused = await grantRights(client, present);
  return refused === undefined
    ? reports
    : reports.map((report) =>
        report.present ? { ...report, todo: `rights could not be granted: ${refused}` } : report,
      );
}

/**
 * Lets the reader see what is now in `marts`. Default privileges cover tables created there; one that was built in another schema and
 * moved in has to be granted after the swap, in the same transaction.
 */
export async function grantMarts(client: pg.ClientBase): Promise<void> {
  const { rowCount } = await client.query('select 1 from pg_roles where rolname = $1', [READER]);
  if (rowCount) await client.query(`grant select on all tables in schema marts to ${READER}`);
}

async function ensureRole(
  client: pg.ClientBase,
  role: string,
  kind: string,
  may: boolean,
): Promise<RoleReport> {
  if (await roleExists(client, role)) return { role, present: true };
  const statement = `create role ${role} ${kind}`;
  if (!may) return { role, present: false, todo: `as an administrator of the server: ${statement};` };
  // Taken by another database's migration a moment ago: just as good.
  await client.query(statement).catch(unless('42710', '23505'));
  return { role, present: true };
}

async function ensureReader(
  client: pg.ClientBase,
  url: string,
  readerUrl: string,
  may: boolean,
): Promise<RoleReport> {
  if (!readerPasswordIsKnown(url)) {
    return {
      role: READER,
      present: false,
      todo: 'set VORONKA_READER_PASSWORD: DATABASE_URL has no password to derive it from',
    };
  }
  const report = await ensureRole(client, READER, 'login', may);
  if (!report.present) {
    return {
      ...report,
      todo: `${report.todo ?? ''} Then set its password and VORONKA_READER_PASSWORD to the same value.`,
    };
  }
  const { rows } = await client.query<{ settings: string[] | null }>(
    'select rolconfig as settings from pg_roles where rolname = $1',
    [READER],
  );
  try {
    for (const [name, value] of Object.entries(READER_SETTINGS)) {
      if (rows[0]?.settings?.includes(`${name}=${value}`)) continue;
      await retried(() => client.query(`alter role ${READER} set ${name} = '${value}'`));
    }
    if (!(await canLogIn(readerUrl))) {
      const verifier = scramVerifier(decodeURIComponent(new URL(readerUrl).password));
      await retried(() => client.query(`alter role ${READER} login password '${verifier}'`));
    }
    return report;
  } catch (error) {
    if (sqlState(error) !== '42501') throw error;
    const todo = `as an administrator: alter role ${READER} login password '…' (the value of VORONKA_READER_PASSWORD), and set ${Object.entries(
      READER_SETTINGS,
    )
      .map(([name, value]) => `${name}=${value}`)
      .join(', ')} for it`;
    return { role: READER, present: true, todo };
  }
}

/** Undefined when done, else why not. */
async function grantRights(client: pg.ClientBase, present: readonly string[]): Promise<string | undefined> {
  const statements: string[] = ['revoke create on schema public from public'];
  const give = (role: string, rights: readonly string[]) => {
    if (present.includes(role)) statements.push(...rights.map((right) => right.replaceAll('ROLE', role)));
  };
  give('voronka_loader', [...onSchemas(['raw', 'ops'], 'select, insert, update, delete', true)]);
  give('voronka_modeller', [
    ...onSchemas(['raw', 'ops'], 'select', false),
    ...onSchemas(
      ['conf', 'staging', 'intermediate', 'marts'],
      'select, insert, update, delete, truncate',
      true,
    ),
  ]);
  give(
    'voronka_eraser',
    onSchemas(['raw', 'ops', 'staging', 'intermediate', 'marts'], 'select, update, delete', false),
  );
  give(READER, onSchemas(['marts'], 'select', false));
  await client.query('begin');
  try {
    await client.query("select pg_advisory_xact_lock(hashtextextended('voronka rights', 0))");
    await client.query(statements.join(';\n'));
    await client.query('commit');
    return undefined;
  } catch (error) {
    await client.query('rollback');
    if (sqlState(error) !== '42501') throw error;
    return (error as Error).message;
  }
}

function onSchemas(schemas: readonly string[], rights: string, create: boolean): string[] {
  return schemas.flatMap((schema) => [
    `grant usage${create ? ', create' : ''} on schema ${schema} to ROLE`,
    `grant ${rights} on all tables in schema ${schema} to ROLE`,
    `alter default privileges in schema ${schema} grant ${rights} on tables to ROLE`,
    ...(create
      ? [
          `grant usage, select on all sequences in schema ${schema} to ROLE`,
          `alter default privileges in schema ${schema} grant usage, select on sequences to ROLE`,
        ]
      : []),
  ]);
}

async function canLogIn(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return true;
  } catch (error) {
    if (!['28P01', '28000'].includes(sqlState(error) ?? '')) throw error;
    return false;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function roleExists(client: pg.ClientBase, role: string): Promise<boolean> {
  return (await client.query('select 1 from pg_roles where rolname = $1', [role])).rowCount === 1;
}

/** Two databases' migrations may alter the same role at once; Postgres refuses the later one with an internal error. */
async function retried(work: () => Promise<unknown>): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await work();
      return;
    } catch (error) {
      if (attempt === 10 || sqlState(error) !== 'XX000') throw error;
      await new Promise((done) => setTimeout(done, 20 * attempt * Math.random()));
    }
  }
}

function unless(...states: string[]): (error: unknown) => void {
  return (error) => {
    if (!states.includes(sqlState(error) ?? '')) throw error;
  };
}
