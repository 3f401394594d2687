import type { Config, SourceConfig } from '../config/index.ts';
import { VoronkaError } from '../errors.ts';
import { openSource, type SourceSession, type SyncProgress } from '../sources/index.ts';
import type { Warehouse } from '../warehouse/index.ts';

export class SourceUnknownError extends VoronkaError {
  constructor(name: string, known: readonly string[]) {
    super(`There is no source named "${name}" in the configuration. Known sources: ${known.join(', ')}.`, {
      code: 'SOURCE_UNKNOWN',
      retry: 'never',
      context: { name },
    });
  }
}

/** The source of that name. Throws SourceUnknownError. */
export function sourceConfig(config: Config, name: string): SourceConfig {
  const found = config.sources.find((source) => source.name === name);
  if (!found) {
    throw new SourceUnknownError(
      name,
      config.sources.map((source) => source.name),
    );
  }
  return found;
}

/** Open source connections of this process: the streams of one sync share a client, its keep-alive pool and its token. */
export class Sessions {
  readonly #config: Config;
  readonly #warehouse: Warehouse;
  readonly #open = new Map<string, Promise<SourceSession>>();
  readonly #watchers = new Map<string, (progress: SyncProgress) => void>();

  constructor(config: Config, warehouse: Warehouse) {
    this.#config = config;
    this.#warehouse = warehouse;
  }

  get(name: string): Promise<SourceSession> {
    const existing = this.#open.get(name);
    if (existing) return existing;
    const opening = openSource(sourceConfig(this.#config, name), {
      warehouse: this.#warehouse,
      onProgress: (progress) => this.#watchers.get(`${name}/${progress.stream}`)?.(progress),
    });
    this.#open.set(name, opening);
    // A failed opening must not stick: the next try may have a mended token.
    opening.catch(() => this.#open.delete(name));
    return opening;
  }

  /** Reports the pages of a stream to `watcher` while `work` runs. */
  async watched<T>(
    name: string,
    stream: string,
    watcher: (progress: SyncProgress) => void,
    work: () => Promise<T>,
  ): Promise<T> {
    const key = `${name}/${stream}`;
    this.#watchers.set(key, watcher);
    try {
      return await work();
    } finally {
      this.#watchers.delete(key);
    }
  }

  async close(name: string): Promise<void> {
    const session = this.#open.get(name);
    this.#open.delete(name);
    await (await session?.catch(() => undefined))?.close();
  }

  async closeAll(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((name) => this.close(name)));
  }
}
