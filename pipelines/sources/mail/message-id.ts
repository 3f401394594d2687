import { createHash } from 'node:crypto';

/** A References header of an endless thread: its beginning names the root, its end the parents. */
const MAX_REFERENCES = 100;

/**
 * The pseudonym of a Message-ID. The header names hosts, and often people, and nothing but equality is ever asked of it. Without a key:
 * ids are far too many to be tried out, and threads have to hold when the key of the addresses changes.
 */
export function idDigest(id: string): string {
  return createHash('sha256').update(`mid:${id}`).digest('hex').slice(0, 32);
}

/** The ids of a Message-ID, In-Reply-To or References header, in order, without their angle brackets; text around them is left out. */
export function idsOf(value: string): string[] {
  const bracketed = [...value.matchAll(/<([^<>]+)>/g)].map(([, id]) => (id ?? '').replace(/\s+/g, ''));
  // Written by hand, or cut: then whatever looks like an id is one.
  const ids =
    bracketed.length > 0 ? bracketed : value.split(/[\s<>,;]+/).filter((word) => word.includes('@'));
  return [...new Set(ids)].filter((id) => id !== '');
}

export function shortened(ids: readonly string[]): readonly string[] {
  if (ids.length <= MAX_REFERENCES) return ids;
  return [...ids.slice(0, MAX_REFERENCES / 2), ...ids.slice(-MAX_REFERENCES / 2)];
}
