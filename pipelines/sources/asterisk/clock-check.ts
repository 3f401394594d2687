import type { Sighting } from '../engine/drift.ts';

const HALF_HOUR = 1_800;
/** A channel is made, and its first row begins, within this. */
const TOLERANCE = 90;
/** A leg may begin an hour after its channel by chance; so many do not. */
const ENOUGH = 3;

interface Clocks {
  readonly startedAt: number;
  /** The epoch in uniqueid: zone-free, from the same machine. */
  readonly channelCreatedAt: number | null;
}

/**
 * Compares the times of a batch, as they were read, with the epochs inside uniqueid. When most differ by one and the same number of whole
 * or half hours, the source's time_zone is not that of its times; a row that begins hours before its channel existed is proof alone.
 */
export function clockSighting(legs: readonly Clocks[], zone: string): Sighting | undefined {
  const counts = new Map<number, number>();
  let known = 0;
  for (const { startedAt, channelCreatedAt } of legs) {
    if (channelCreatedAt === null) continue;
    known += 1;
    const difference = startedAt - channelCreatedAt;
    const steps = Math.round(difference / HALF_HOUR);
    if (steps !== 0 && Math.abs(difference - steps * HALF_HOUR) <= TOLERANCE) {
      counts.set(steps, (counts.get(steps) ?? 0) + 1);
    }
  }
  const [steps = 0, count = 0] = [...counts].sort((left, right) => right[1] - left[1])[0] ?? [];
  if (count * 2 < known || count === 0 || (steps > 0 && count < ENOUGH)) return undefined;
  const hours = Math.abs(steps) / 2;
  return {
    kind: 'unknown_value',
    name: `start is ${hours} h ${steps > 0 ? 'after' : 'before'} the epoch in uniqueid: is time_zone ${zone} right?`,
  };
}
