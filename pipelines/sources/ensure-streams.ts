import { ensureStream, type Warehouse } from '../warehouse/index.ts';
import { SOURCE_KINDS } from './registry.ts';

/** The models read the streams of every kind of source: those of kinds that are not configured are there, and empty. */
export async function ensureAllStreams(warehouse: Pick<Warehouse, 'pool'>): Promise<void> {
  for (const { type, streams } of SOURCE_KINDS) {
    for (const stream of streams) await ensureStream(warehouse, { source: type, stream });
  }
}
