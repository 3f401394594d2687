import type { CrashPoint } from '../../pipelines/crash-points.ts';
import type { Life } from './kills-process.ts';

/** How one life is to end. */
export type Death =
  | { readonly at: CrashPoint; readonly time: number }
  /** So many milliseconds after its start, or after it went to work. */
  | { readonly after: 'start' | 'work'; readonly ms: number };

/** The other points come once in a life, or late in it. */
const COMES_OFTEN = /^(request|page|news|landing)\./;

/** So many deaths, all points in turn, every `randomEvery`-th at a random instant up to `maxMs`. */
export function plan(
  points: readonly CrashPoint[],
  kills: number,
  random: { readonly every: number; readonly maxMs: number; readonly startMs: number },
): Death[] {
  let named = 0;
  return Array.from({ length: kills }, (_, place): Death => {
    if (place % random.every === random.every - 1) {
      const isAtStart = Math.floor(place / random.every) % 4 === 0;
      return isAtStart
        ? { after: 'start', ms: Math.random() * random.startMs }
        : { after: 'work', ms: Math.random() * random.maxMs };
    }
    const at = points[named % points.length]!;
    const time = COMES_OFTEN.test(at) ? 1 + (Math.floor(named / points.length) % 3) : 1;
    named += 1;
    return { at, time };
  });
}

export function environmentOf(death: Death | undefined): Record<string, string> {
  return death !== undefined && 'at' in death ? { VORONKA_CRASH_AT: `${death.at}:${death.time}` } : {};
}

/** Sees to it that a life ends as planned where it does not do so by itself. */
export async function strike(life: Life, death: Death | undefined): Promise<void> {
  if (death === undefined || 'at' in death) return;
  if (death.after === 'work') await life.atWork;
  setTimeout(() => life.child.kill('SIGKILL'), death.ms);
}
