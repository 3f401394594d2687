import type { Pool } from 'pg';
import { crashPoint } from '../../crash-points.ts';
import type { Channel, Delivery } from '../channel.ts';
import { DeliveryError } from '../errors.ts';
import { beginAttempt, closeCutOff, dueHead, endAttempt, type LaneHead, type Outcome } from './lanes.ts';

/** Between tries of one message: 5 s, doubled each time up to half an hour. */
const FIRST_PAUSE_S = 5;
const LONGEST_PAUSE_S = 1_800;

/**
 * Sends the next message of this channel that is due; answers whether there was one. Only one process may do this for a channel at a time.
 *
 * The beginning of an attempt is committed before it and its end after it. Who dies between the two leaves a message in `sending`: the
 * receiver is asked whether it was taken, where it can be asked; else it is sent again, under the same key where the receiver knows
 * repeats, and marked as one where people would see two.
 */
export async function deliverNext(pool: Pool, name: string, channel: Channel): Promise<boolean> {
  const head = await dueHead(pool, name);
  if (!head) return false;
  const wasCutOff = head.state === 'sending';
  if (wasCutOff) await closeCutOff(pool, head.messageId);
  const isDoubtful = head.isDoubtful || wasCutOff;
  const attempt = await beginAttempt(pool, head.messageId, isDoubtful);
  crashPoint('message.sending');
  const outcome = await attemptOf(channel, head, isDoubtful, attempt);
  crashPoint('message.sent');
  await endAttempt(pool, head.messageId, attempt, outcome);
  crashPoint('message.recorded');
  return true;
}

async function attemptOf(
  channel: Channel,
  head: LaneHead,
  isDoubtful: boolean,
  attempt: number,
): Promise<Outcome> {
  const delivery: Delivery = {
    key: head.key,
    address: head.address,
    content: head.content,
    createdAt: head.createdAt,
    lastReceipt: head.lastReceipt,
    isRepeat: false,
  };
  try {
    const taken = isDoubtful ? await (channel.wasTaken?.(delivery) ?? 'unknown') : 'no';
    if (typeof taken === 'object') return { outcome: 'found_sent', receipt: taken.receipt };
    const isRepeat = taken === 'unknown' && channel.repeats === 'seen';
    return { outcome: 'sent', receipt: await channel.send({ ...delivery, isRepeat }) };
  } catch (error) {
    return failed(error, attempt);
  }
}

function failed(error: unknown, attempt: number): Outcome {
  const message = error instanceof Error ? error.message : String(error);
  const pause = Math.min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** Math.min(attempt - 1, 20));
  if (!(error instanceof DeliveryError)) return { outcome: 'in_doubt', error: message, waitSeconds: pause };
  if (error.failure === 'refused') return { outcome: 'refused', error: message };
  return { outcome: error.failure, error: message, waitSeconds: error.retryAfter ?? pause };
}
