import type { z } from 'zod';
import type { Warehouse } from '../../warehouse/index.ts';
import type { SourceConnection } from './connection.ts';

/** What every source says of itself in voronka.yaml (pipelines/config/fields.ts, `sharedSourceFields`). */
export interface SharedSettings {
  readonly type: string;
  readonly name: string;
  readonly history_from?: string | undefined;
  readonly max_deleted_share: number;
  readonly sweep_every?: string | undefined;
}

/** What a source is opened with. `http` and `concurrency` matter to those that ask over HTTP. */
export interface OpenOptions {
  readonly warehouse: Warehouse;
  /** Where the secrets named by the settings are. */
  readonly environment: NodeJS.ProcessEnv;
  /** Ends every read of the connection. */
  readonly signal: AbortSignal;
  readonly http?: Readonly<Record<string, unknown>>;
  /** Tries of one request that fails in a way that may pass. */
  readonly maxTries?: number;
  readonly concurrency?: number;
}

/**
 * A kind of source, one folder under `pipelines/sources/`. Its `index.ts` exports one of these and imports nothing heavy: the
 * configuration loads all kinds' settings, `open` imports the client when it is needed.
 */
export interface SourceKind<Schema extends z.ZodType<SharedSettings> = z.ZodType<SharedSettings>> {
  readonly type: string;
  /** A strict object with `type: z.literal(…)`, `name` and the shared fields. */
  readonly settings: Schema;
  /** Every stream of the kind: their raw tables are made, empty, before a build, so that models always find them. */
  readonly streams: readonly string[];
  /** Throws VoronkaError when the source cannot be reached with these settings. */
  open(settings: z.output<Schema>, options: OpenOptions): Promise<SourceConnection>;
}

/** Keeps the exact type of the settings. */
export function sourceKind<Schema extends z.ZodType<SharedSettings>>(
  kind: SourceKind<Schema>,
): SourceKind<Schema> {
  return kind;
}
