import type { Socket } from 'node:net';

import pg from 'pg';

/** A connection of its own to Postgres, logged in, from which bytes are read and to which they are written as they are. */
export interface Backend {
  readonly socket: Socket;
  /** What the server said of its settings while connecting. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly pid: number;
}

interface RawClient {
  readonly connection: {
    readonly stream: Socket;
    on(
      event: 'parameterStatus',
      take: (message: { parameterName: string; parameterValue: string }) => void,
    ): void;
  };
  readonly processID: number;
}

/**
 * Connects and logs in with `pg`, TLS and SCRAM included, then takes the socket from it. `settings` hold from the start of the session,
 * so that RESET and DISCARD ALL return to them.
 */
export async function connectBackend(
  readerUrl: string,
  settings: ReadonlyMap<string, string>,
): Promise<Backend> {
  const client = new pg.Client({
    connectionString: readerUrl,
    connectionTimeoutMillis: 15_000,
    keepAlive: true,
    options: [...settings].map(([name, value]) => `-c ${name}=${escapeOption(value)}`).join(' '),
  });
  const raw = client as unknown as RawClient;
  const parameters = new Map<string, string>();
  raw.connection.on('parameterStatus', ({ parameterName, parameterValue }) =>
    parameters.set(parameterName, parameterValue),
  );
  // Its own listeners stay for errors and ends, which it must not throw.
  client.on('error', () => undefined);
  await client.connect();
  const socket = raw.connection.stream;
  socket.removeAllListeners('data');
  socket.setNoDelay(true);
  return { socket, parameters, pid: raw.processID };
}

function escapeOption(value: string): string {
  return value.replace(/[\\\s]/g, (character) => `\\${character}`);
}
