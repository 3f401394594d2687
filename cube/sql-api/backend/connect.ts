import type { Socket } from 'node:net';

import pg from 'pg';

/** A connection of its own to Postgres, logged in, whose bytes go by as they are. */
export interface Backend {
  readonly socket: Socket;
  /** What the server said of its settings while connecting. */
  readonly parameters: ReadonlyMap<string, string>;
  readonly pid: number;
  /** Lends the connection to questions of the front's own; it must be idle. */
  ask<T>(work: (client: pg.Client) => Promise<T>): Promise<T>;
}

interface RawClient {
  readonly connection: {
    readonly stream: Socket;
    attachListeners(stream: Socket): void;
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
  const { connection } = client as unknown as RawClient;
  const parameters = new Map<string, string>();
  connection.on('parameterStatus', ({ parameterName, parameterValue }) =>
    parameters.set(parameterName, parameterValue),
  );
  // Its own listeners stay for errors and ends, which must not end the process.
  client.on('error', () => undefined);
  await client.connect();
  const socket = connection.stream;
  socket.removeAllListeners('data');
  socket.setNoDelay(true);
  return {
    socket,
    parameters,
    pid: (client as unknown as RawClient).processID,
    ask: async (work) => {
      const listeners = socket.listeners('data') as ((chunk: Buffer) => void)[];
      socket.removeAllListeners('data');
      connection.attachListeners(socket);
      try {
        return await work(client);
      } finally {
        socket.removeAllListeners('data');
        for (const listener of listeners) socket.on('data', listener);
      }
    },
  };
}

function escapeOption(value: string): string {
  return value.replace(/[\\\s]/g, (character) => `\\${character}`);
}
