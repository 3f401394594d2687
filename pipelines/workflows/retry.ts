import type { StepConfig } from '@dbos-inc/dbos-sdk';
import { VoronkaError } from '../errors.ts';

/**
 * Steps are tried again when the failure may pass by itself: an outage of the source or of the database. A failure that needs a person
 * (a revoked token, a payment, a mistake in the configuration) fails the workflow at once, so that `status` says so.
 */
export const STEP_RETRY: StepConfig = {
  retriesAllowed: true,
  maxAttempts: 6,
  intervalSeconds: 2,
  backoffRate: 2,
  shouldRetry: mayPass,
};

export function mayPass(error: unknown): boolean {
  return !(error instanceof VoronkaError) || error.retry !== 'never';
}
