import type { Rule } from '../rule.ts';
import { activityDrop } from './activity-drop.ts';
import { bigDealLost } from './big-deal-lost.ts';
import { conversionDrop } from './conversion-drop.ts';
import { dealDeleted } from './deal-deleted.ts';
import { disqualifiedSpike } from './disqualified-spike.ts';
import { firstResponseBreach } from './first-response-breach.ts';
import { missedUnreturned } from './missed-unreturned.ts';
import { noNextTask } from './no-next-task.ts';
import { planBehind } from './plan-behind.ts';
import { sourceStale } from './source-stale.ts';
import { stageOverdue } from './stage-overdue.ts';

export const RULES = [
  activityDrop,
  firstResponseBreach,
  missedUnreturned,
  stageOverdue,
  noNextTask,
  planBehind,
  disqualifiedSpike,
  conversionDrop,
  bigDealLost,
  dealDeleted,
  sourceStale,
] as unknown as readonly Rule[];
