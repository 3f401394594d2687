/**
 * How often a queue is looked at for work (milliseconds). Each look costs Postgres several milliseconds of planning: ten a second for each
 * queue kept a fifth of a core busy while nothing was to be done.
 */
export const QUEUE_POLLING_MS = 500;
