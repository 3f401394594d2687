import { z } from 'zod';
import { WHOLE, type Row, type StreamSpec } from '../engine/stream.ts';

export const MANGO_STREAMS = ['calls', 'users'] as const;

const seconds = z.string().regex(/^\d{1,11}$/, 'expected unix seconds');

const leg: z.ZodType<Row> = z.looseObject({
  leg_key: z.string().min(1),
  entry_id: z.string().min(1),
  start: seconds,
  finish: seconds,
  answer: z.string().regex(/^\d{0,11}$/, 'expected unix seconds, 0 or nothing'),
  records: z.array(z.string()),
});

const user: z.ZodType<Row> = z.looseObject({
  user_key: z.string().min(1),
  general: z.looseObject({ name: z.string().nullish() }),
  telephony: z.looseObject({ extension: z.union([z.string(), z.number()]).nullish() }),
});

export interface MangoStreamSettings {
  readonly overlapSeconds: number;
  readonly windowSeconds: number;
}

export function mangoStreams({ overlapSeconds, windowSeconds }: MangoStreamSettings): readonly StreamSpec[] {
  return [
    {
      name: 'calls',
      parts: WHOLE,
      cursor: 'created_at',
      order: 'oldest-first',
      // A statistic has no pages: all of a window comes at once.
      pageSize: 100_000,
      maxPages: 1,
      trustsEnd: true,
      overlapSeconds,
      maxWindowSeconds: windowSeconds,
      deletions: 'none',
      history: 'none',
      needs: 'any',
      windowMayBeIgnored: false,
      schema: leg,
      key: (row) => String(row['leg_key']),
      // As the PBX tells it: a version must not change with what we believe of its clock.
      cursorOf: (row) => Number(row['start']),
    },
    {
      name: 'users',
      parts: WHOLE,
      cursor: 'none',
      order: 'by-id',
      pageSize: 1_000_000,
      maxPages: 1,
      overlapSeconds: 0,
      deletions: 'sweep',
      history: 'none',
      // Asked for when the source is opened: the only question that tells a wrong key before the calls are asked for.
      needs: 'admin',
      windowMayBeIgnored: false,
      schema: user,
      key: (row) => String(row['user_key']),
      cursorOf: () => null,
    },
  ];
}
