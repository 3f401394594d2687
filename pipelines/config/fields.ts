import { CronExpressionParser } from 'cron-parser';
import { z } from 'zod';
import { parseDuration } from './duration.ts';

/** Fields that several parts of the configuration share. Nothing heavy is imported here: the schemas of all sources are. */

export const environmentVariable = z
  .string()
  .regex(
    /^[A-Z_][A-Z0-9_]*$/,
    'expected the NAME of an environment variable, e.g. AMOCRM_TOKEN (not the secret itself)',
  );

/** Name of a source: it names the source in commands, schedules and, where the source has no account id of its own, its rows. */
export const sourceName = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,30}$/, 'expected lower-case letters, digits and _, starting with a letter');

export const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined, 'expected a duration like 30s, 5m, 12h or 1d');

export const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day like 08:30');

export const schedule = z
  .strictObject({
    every: z
      .string()
      .refine(
        isEvenInterval,
        'expected an interval that divides a minute, an hour or a day, like 30s, 5m, 1h or 1d; for others use `cron`',
      )
      .optional(),
    cron: z
      .string()
      .refine(isCron, 'expected a cron expression of five fields, like "*/10 8-20 * * 1-5"')
      .optional(),
    quiet_hours: z.strictObject({ from: clockTime, to: clockTime }).optional(),
  })
  .refine(
    (value) => (value.every === undefined) !== (value.cron === undefined),
    'give either `every` or `cron`, one of them',
  );

/** What every source may say; `name` is added by each with its own default. */
export const sharedSourceFields = {
  /** The oldest moment to read from; without it, everything the source holds. */
  history_from: z.iso.date('expected a date like 2024-01-31').optional(),
  /** A sweep that would mark more than this share of a stream deleted stops and asks. */
  max_deleted_share: z.number().min(0).max(1).default(0.2),
  schedule: schedule.optional(),
};

function isEvenInterval(text: string): boolean {
  const seconds = (parseDuration(text) ?? 0) / 1_000;
  if (seconds < 1) return false;
  if (seconds < 60) return 60 % seconds === 0;
  if (seconds < 3_600) return 3_600 % seconds === 0 && seconds % 60 === 0;
  return 86_400 % seconds === 0 && seconds % 3_600 === 0;
}

function isCron(text: string): boolean {
  if (text.trim().split(/\s+/).length !== 5) return false;
  try {
    CronExpressionParser.parse(text);
    return true;
  } catch {
    return false;
  }
}
