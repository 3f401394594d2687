import type pg from 'pg';

import { BackendMessages, errorFields } from '../wire/backend-messages.ts';
import { int16, int32, parse, SYNC } from '../wire/messages.ts';
import type { Backend } from './connect.ts';

/** What a session without a backend is: told by the backend it had, so that it is true whatever led to it. */
export interface SessionState {
  readonly settings: readonly { readonly name: string; readonly setting: string }[];
  readonly statements: readonly PreparedText[];
}

interface PreparedText {
  readonly name: string;
  readonly statement: string;
  readonly types: readonly number[];
  readonly from_sql: boolean;
}

/** Undefined when the session holds what cannot be made again: a cursor WITH HOLD. */
export async function readState(client: pg.Client): Promise<SessionState | undefined> {
  const { rows: cursors } = await client.query('select from pg_catalog.pg_cursors where is_holdable');
  if (cursors.length > 0) return undefined;
  const { rows: settings } = await client.query<SessionState['settings'][number]>(
    `select name, setting from pg_catalog.pg_settings where source = 'session' and name !~ '^transaction_'`,
  );
  const { rows: statements } = await client.query<PreparedText>(
    `select name, statement, parameter_types::oid[]::int8[]::int[] as types, from_sql from pg_catalog.pg_prepared_statements`,
  );
  return { settings, statements };
}

/** Gives a new backend the state of the old one. */
export async function restoreState(backend: Backend, { settings, statements }: SessionState): Promise<void> {
  await backend.ask(async (client) => {
    for (const { name, setting } of settings) {
      await client.query('select pg_catalog.set_config($1, $2, false)', [name, setting]);
    }
    for (const { statement } of statements.filter((one) => one.from_sql)) await client.query(statement);
  });
  const parses = statements
    .filter((one) => !one.from_sql)
    .map(({ name, statement, types }) =>
      parse(
        Buffer.from(name).toString('latin1'),
        Buffer.from(statement),
        Buffer.concat([int16(types.length), ...types.map(int32)]),
      ),
    );
  if (parses.length > 0) await exchange(backend, Buffer.concat([...parses, SYNC]));
}

/** Sends messages that end in a Sync, and waits for its answer. */
function exchange({ socket }: Backend, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | undefined;
    const messages = new BackendMessages({
      onRows: () => undefined,
      onMessage: ({ type, body }) => {
        if (type === 'E') failure = new Error(errorFields(body).get('M'));
        if (type === 'Z') done();
        return undefined;
      },
    });
    const take = (chunk: Buffer): unknown => messages.take(chunk);
    const lost = (): void => {
      failure ??= new Error('The backend went away');
      done();
    };
    const done = (): void => {
      socket.off('data', take);
      socket.off('close', lost);
      if (failure) reject(failure);
      else resolve();
    };
    socket.on('data', take);
    socket.once('close', lost);
    socket.write(bytes);
  });
}
