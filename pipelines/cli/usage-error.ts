import { VoronkaError } from '../errors.ts';

/** The options of a command contradict each other; the message says which and what to give instead. */
export class UsageError extends VoronkaError {
  constructor(message: string) {
    super(message, { code: 'USAGE', retry: 'never' });
  }
}
