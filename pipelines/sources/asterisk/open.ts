import { resolve } from 'node:path';
import { parseDuration, SecretMissingError } from '../../config/index.ts';
import type { ChangeBatch, FeedConnection } from '../engine/connection.ts';
import { noteDrift } from '../engine/drift.ts';
import type { OpenOptions } from '../engine/kind.ts';
import type { LegBatch } from './batch.ts';
import { clockSighting } from './clock-check.ts';
import { isStored, planColumns } from './columns.ts';
import { AddressInvalidError } from './errors.ts';
import { findFiles } from './files/find-files.ts';
import { readFiles } from './files/read-files.ts';
import { WallClock } from './local-time.ts';
import type { AsteriskSettings } from './settings.ts';
import { cdr, CDR } from './streams.ts';
import type { CdrTable, TableAddress } from './table/cdr-table.ts';
import { readTable } from './table/read-table.ts';

/**
 * Connects to a table of CDRs or finds Master.csv, and looks whether calls can be made of what is there.
 * Throws the errors of errors.ts.
 */
export async function openAsterisk(
  settings: AsteriskSettings,
  options: OpenOptions,
): Promise<FeedConnection> {
  const { database, files } = settings;
  const keptNames = new Set(settings.keep_columns);
  const clock = new WallClock(settings.time_zone);
  const stored = (name: string): boolean => isStored(name, keptNames);
  const onLegs = async ({ clocks }: LegBatch): Promise<void> => {
    const sighting = clockSighting(clocks, settings.time_zone);
    if (!sighting) return;
    const key = { source: settings.type, account: settings.name, stream: CDR };
    await noteDrift(options.warehouse.pool, key, [sighting]);
  };
  const connection = (
    place: string,
    fetchChanges: (state: unknown, signal: AbortSignal) => AsyncIterable<ChangeBatch>,
  ): FeedConnection => ({
    account: {
      id: settings.name,
      name: settings.name,
      place,
      timeZone: settings.time_zone,
      currency: null,
      windowsHonoured: null,
    },
    streams: [cdr],
    concurrency: 1,
    now: () => Date.now() / 1_000,
    fetchChanges: ({ state }, signal) => fetchChanges(state, signal),
    close: () => Promise.resolve(),
  });

  if (files) {
    const path = resolve(files.path);
    await findFiles(path);
    return connection(path, (state, signal) =>
      readFiles({ path, layout: files.layout, clock, isStored: stored, onLegs, signal }, state),
    );
  }

  if (!database) throw new Error('neither a database nor files: the settings were not checked');
  const address = addressOf(database, options.environment);
  const place = `${database.table} in ${address.server}`;
  const first = await openTable(address);
  try {
    const names = first.columns.map(({ name }) => name);
    planColumns(names, settings, place);
  } finally {
    await first.close();
  }
  return connection(place, (state, signal) =>
    withTable(address, signal, (table) =>
      readTable(
        {
          table,
          place,
          settings,
          clock,
          isStored: stored,
          overlapSeconds: (parseDuration(settings.overlap) ?? 0) / 1_000,
          historyFrom: settings.history_from === undefined ? null : Date.parse(settings.history_from) / 1_000,
          now: () => Date.now() / 1_000,
          onLegs,
        },
        state,
      ),
    ),
  );
}

/** A connection for one reading: between two of them a firewall may forget it. An abort cuts the query under way. */
async function* withTable(
  address: TableAddress,
  signal: AbortSignal,
  read: (table: CdrTable) => AsyncGenerator<ChangeBatch>,
): AsyncGenerator<ChangeBatch> {
  signal.throwIfAborted();
  const table = await openTable(address);
  const cut = (): void => void table.close().catch(() => undefined);
  signal.addEventListener('abort', cut, { once: true });
  try {
    for await (const batch of read(table)) {
      yield batch;
      signal.throwIfAborted();
    }
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', cut);
    await table.close().catch(() => undefined);
  }
}

async function openTable(address: TableAddress): Promise<CdrTable> {
  if (address.url.protocol.startsWith('postgres')) {
    const { openPostgresTable } = await import('./table/postgres-table.ts');
    return openPostgresTable(address);
  }
  const { openMysqlTable } = await import('./table/mysql-table.ts');
  return openMysqlTable(address);
}

function addressOf(
  { url_env, table }: NonNullable<AsteriskSettings['database']>,
  environment: NodeJS.ProcessEnv,
): TableAddress {
  const text = environment[url_env];
  if (text === undefined || text === '') {
    throw new SecretMissingError(url_env, 'the address of the database with the CDRs');
  }
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^(postgres(ql)?|mysql|mariadb):$/.test(url.protocol)) throw new AddressInvalidError(url_env);
  return { url, table, server: `${url.host}${url.pathname}` };
}
