import { connectBackend, type Backend } from '../backend/connect.ts';
import { readState, restoreState, type SessionState } from '../backend/session-state.ts';
import type { BackendSlots, Parkable } from '../backend/slots.ts';
import { SessionEndError } from '../wire/errors.ts';

const WAIT_MS = 30_000;
const PARK_AFTER_MS = 60_000;

export interface LinkOptions {
  readonly readerUrl: string;
  readonly slots: BackendSlots;
  readonly user: string;
  readonly settings: ReadonlyMap<string, string>;
  /** Takes what the backend sends, from the moment it is connected. */
  readonly onData: (chunk: Buffer) => void;
  readonly onLost: () => void;
  /** Whether the backend may be given up now. */
  readonly isIdle: () => boolean;
}

/**
 * A session's backend, which it has while it works and for a minute after; then its state is noted and the backend given up, to be made
 * again with the next statement. So idle sessions cost no Postgres process.
 */
export class BackendLink implements Parkable {
  readonly #options: LinkOptions;
  #backend: Backend | undefined;
  #state: SessionState | undefined;
  #parking: Promise<boolean> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  get current(): Backend | undefined {
    return this.#backend;
  }

  /** The backend, at work until {@link rest}. Throws {@link SessionEndError}. */
  async use(): Promise<Backend> {
    clearTimeout(this.#timer);
    this.#options.slots.busy(this);
    await this.#parking;
    return this.#backend ?? (await this.#connect());
  }

  rest(): void {
    if (this.#backend === undefined || this.#isClosed) return;
    this.#options.slots.idle(this, this.#options.user);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.park(), PARK_AFTER_MS).unref();
  }

  park(): Promise<boolean> {
    this.#parking ??= this.#park().finally(() => (this.#parking = undefined));
    return this.#parking;
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#options.slots.busy(this);
    this.#drop();
  }

  async #connect(): Promise<Backend> {
    const { slots, user, readerUrl, settings, onData } = this.#options;
    if (!(await slots.acquire(user, WAIT_MS))) {
      const whose = 'Every connection to the database, or all that one user may have at once, is at work';
      throw new SessionEndError('53300', `${whose}; try again later.`);
    }
    let backend: Backend;
    try {
      backend = await connectBackend(readerUrl, settings);
    } catch (error) {
      slots.release(user);
      throw new SessionEndError('08006', `The database cannot be reached: ${(error as Error).message}`);
    }
    backend.socket.once('close', () => {
      slots.release(user);
      if (this.#backend !== backend) return;
      this.#backend = undefined;
      this.#options.onLost();
    });
    if (this.#isClosed) {
      backend.socket.destroy();
      throw new SessionEndError('57P01', 'The session is over.');
    }
    try {
      if (this.#state) await restoreState(backend, this.#state);
    } catch (error) {
      backend.socket.destroy();
      throw new SessionEndError(
        '08006',
        `The session could not be taken up again: ${(error as Error).message}`,
      );
    }
    this.#backend = backend;
    backend.socket.on('data', onData);
    return backend;
  }

  async #park(): Promise<boolean> {
    const backend = this.#backend;
    if (backend === undefined || !this.#options.isIdle()) return false;
    const state = await backend.ask(readState).catch(() => undefined);
    if (state === undefined || this.#backend !== backend) return false;
    this.#state = state;
    this.#drop();
    return true;
  }

  #drop(): void {
    const backend = this.#backend;
    this.#backend = undefined;
    backend?.socket.end(Buffer.from([88, 0, 0, 0, 4]));
    // A backend at work does not look at its socket before it has something to say.
    if (backend) setTimeout(() => backend.socket.destroy(), 2_000).unref();
  }
}
