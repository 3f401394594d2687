import { z } from 'zod';
import { WHOLE, type StreamSpec } from '../engine/stream.ts';

const moment = z.iso.datetime();

/** What leg.ts makes of a row; see its `Leg`. */
const leg = z.looseObject({
  row: z.record(z.string(), z.string().nullable()),
  start_at: moment,
  answer_at: moment.nullable(),
  end_at: moment,
  call_key: z.string().min(1),
  leg_key: z.string().min(1),
  zone: z.string().min(1),
});

export const CDR = 'cdr';

/** One stream: the call detail records, a row a leg. Rows are written once and rarely touched again; none is ever seen to go. */
export const cdr: StreamSpec = {
  name: CDR,
  parts: WHOLE,
  cursor: 'opaque',
  order: 'oldest-first',
  pageSize: 1_000,
  maxPages: 0,
  overlapSeconds: 0,
  deletions: 'none',
  history: 'none',
  needs: 'any',
  windowMayBeIgnored: false,
  schema: leg,
  key: (row) => row['leg_key'] as string,
  // A row is written when its leg has ended.
  cursorOf: (row) => Date.parse(row['end_at'] as string) / 1_000,
};
