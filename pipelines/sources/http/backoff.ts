import type { HttpAnswer } from './client.ts';

const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Doubling pauses with full jitter in their upper half, so that workers that failed together do not come back together. */
export function backoffMs(tries: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (tries - 1));
  return full / 2 + (Math.random() * full) / 2;
}

/** What a 429 asks for: `retry_after` of its JSON body or the Retry-After header, in seconds. The HTML of the gateway says nothing. */
export function retryAfterMs({ text, retryAfter }: HttpAnswer): number | undefined {
  const asked = /"retry_after"\s*:\s*"?(\d+(?:\.\d+)?)/.exec(text)?.[1] ?? retryAfter;
  const seconds = Number(asked);
  return asked === undefined || !Number.isFinite(seconds) ? undefined : seconds * 1_000;
}
