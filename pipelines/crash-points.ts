/**
 * A testing aid: `VORONKA_CRASH_AT=<point>` or `<point>:<n>` makes the process kill itself with SIGKILL the first (n-th) time it comes to
 * that point, as a power cut would. Without the variable every point is an empty function.
 *
 * The points lie before and after everything that is written down anywhere: a promise about kills is a promise about these.
 */
export const CRASH_POINTS = [
  // A source is opened: account and rights are asked for.
  'source.opening',
  'source.opened',
  // One page: leave to send it was granted, it is on its way, its answer is complete.
  'request.granted',
  'request.sent',
  'page.received',
  // A list that is read whole is complete and nothing of it has landed.
  'list.read',
  // What the pages of a group say about other rows was carried over; the group itself has not landed.
  'news.applied',
  // The landing transaction: begun, rows copied, its end (rows, cursor and commit travel together) on the way, committed.
  'landing.begun',
  'landing.copied',
  'landing.ending',
  'landing.committed',
  // A stream was read to its end; deletions that came before their rows are about to be applied, and were.
  'stream.settling',
  'stream.settled',
  // Durable steps: done but not yet on record, and on record.
  'sync.opened',
  'sync.open-recorded',
  'sync.streams-started',
  'window.read',
  'window.recorded',
  'sync.streams-ended',
  'sync.closed',
  'sync.close-recorded',
  'sync.ending',
  // The build: begun, tested and about to be moved to where readers look, moved, committed, on record.
  'build.beginning',
  'build.publishing',
  'build.published',
  'build.committed',
  'build.recorded',
  // A digest for one reader is in the outbox.
  'digest.posted',
  // A message of the outbox: its attempt is on record, it went out (its end is not on record), its end is on record.
  'message.sending',
  'message.sent',
  'message.recorded',
] as const;

export type CrashPoint = (typeof CRASH_POINTS)[number];

const [wanted = '', count = '1'] = (process.env['VORONKA_CRASH_AT'] ?? '').split(':');
if (wanted !== '' && !CRASH_POINTS.some((point) => point === wanted)) {
  throw new Error(`VORONKA_CRASH_AT names no crash point: ${wanted}. Known: ${CRASH_POINTS.join(', ')}.`);
}
let left = Number(count);

export const crashPoint: (point: CrashPoint) => void =
  wanted === ''
    ? () => undefined
    : (point) => {
        if (point === wanted && (left -= 1) === 0) process.kill(process.pid, 'SIGKILL');
      };
