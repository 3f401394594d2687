import { CronExpressionParser } from 'cron-parser';
import { IANAZone } from 'luxon';
import { z } from 'zod';
import { parseDuration } from './duration.ts';

/** The canonical steps of a funnel, in order. `incoming` (unsorted) comes before the first, `lost` is outside the order. */
export const FUNNEL_STEPS = [
  'incoming',
  'new',
  'contacted',
  'qualified',
  'proposal',
  'meeting',
  'objection',
  'agreement',
  'won',
  'lost',
] as const;
export type FunnelStep = (typeof FUNNEL_STEPS)[number];

const environmentVariable = z
  .string()
  .regex(
    /^[A-Z_][A-Z0-9_]*$/,
    'expected the NAME of an environment variable, e.g. AMOCRM_TOKEN (not the secret itself)',
  );

const clockTime = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day like 08:30');

const schedule = z
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

const amocrmSource = z
  .strictObject({
    type: z.literal('amocrm'),
    name: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,30}$/, 'expected lower-case letters, digits and _, starting with a letter')
      .default('amocrm'),
    base_url: z.url({ protocol: /^https?$/, error: 'expected an address like https://acme.amocrm.ru' }),
    token_env: environmentVariable.optional(),
    oauth: z
      .strictObject({
        client_id_env: environmentVariable,
        client_secret_env: environmentVariable,
        redirect_uri: z.url(),
      })
      .optional(),
    /** amoCRM blocks an account that goes over 7 for long. */
    requests_per_second: z.number().positive().max(1_000).default(7),
    /** The oldest moment to read from; without it, everything the account holds. */
    history_from: z.iso.date('expected a date like 2024-01-31').optional(),
    /** A sweep that would mark more than this share of a stream deleted stops and asks. */
    max_deleted_share: z.number().min(0).max(1).default(0.2),
    /** How often leads, contacts and companies are read from end to end, to find what was merged or purged; default 1d. */
    sweep_every: z
      .string()
      .refine((text) => parseDuration(text) !== undefined, 'expected a duration like 12h or 1d')
      .optional(),
    schedule: schedule.optional(),
    /** Posts of amoCRM that say which rows changed, taken by `voronka serve`. */
    webhooks: z
      .strictObject({
        enabled: z.boolean().default(false),
        /** How long the first hint of a row waits for more. */
        debounce: z
          .string()
          .refine(isShortWait, 'expected a duration from 0s to 1h, like 5s or 1m')
          .default('5s'),
      })
      .optional(),
  })
  .refine(
    (value) => (value.token_env === undefined) !== (value.oauth === undefined),
    // Checked although other keys are wrong, so that all mistakes come at once.
    { error: 'give either `token_env` (a long-lived token) or `oauth`, one of them', when: isObject },
  );

const funnel = z.strictObject({
  /** Custom field of the deal that says where it came from: its code (UTM_SOURCE) or its name. */
  lead_source_field: z.string().min(1).default('UTM_SOURCE'),
  steps: z
    .array(
      z.strictObject({
        pipeline: z.union([z.string().min(1), z.number().int()]).transform(String),
        stages: z.record(z.string().min(1), z.enum(FUNNEL_STEPS)),
      }),
    )
    .default([]),
});

export const configSchema = z.strictObject({
  account: z.strictObject({
    name: z.string().min(1),
    time_zone: z
      .string()
      .refine((zone) => IANAZone.isValidZone(zone), 'expected an IANA time zone like Europe/Moscow'),
    currency: z.string().regex(/^[A-Z]{3}$/, 'expected a three-letter currency code like RUB'),
  }),
  database: z
    .strictObject({
      /** Where the embedded Postgres keeps its data; a folder named here is used or refused, never replaced. */
      embedded_dir: z.string().min(1).optional(),
      /** Database in the embedded Postgres; with DATABASE_URL the address names it. */
      name: z
        .string()
        .regex(/^[a-z_][a-z0-9_]{0,62}$/, 'expected lower-case letters, digits and _')
        .default('voronka'),
    })
    .prefault({}),
  sources: z.array(amocrmSource).min(1, 'at least one source is needed').superRefine(uniqueNames),
  funnel: funnel.prefault({}),
  schedule: schedule.default({ every: '5m' }),
  serve: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.number().int().min(0).max(65_535).default(4000),
    })
    .prefault({}),
});

export type Config = Readonly<z.output<typeof configSchema>>;
export type SourceConfig = Config['sources'][number];
export type ScheduleConfig = Config['schedule'];

function isEvenInterval(text: string): boolean {
  const seconds = (parseDuration(text) ?? 0) / 1_000;
  if (seconds < 1) return false;
  if (seconds < 60) return 60 % seconds === 0;
  if (seconds < 3_600) return 3_600 % seconds === 0 && seconds % 60 === 0;
  return 86_400 % seconds === 0 && seconds % 3_600 === 0;
}

function isShortWait(text: string): boolean {
  const milliseconds = parseDuration(text);
  return milliseconds !== undefined && milliseconds <= 3_600_000;
}

function isObject({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null;
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

function uniqueNames(sources: readonly { name: string }[], context: z.RefinementCtx): void {
  sources.forEach((source, index) => {
    if (sources.findIndex((other) => other.name === source.name) < index) {
      context.addIssue({
        code: 'custom',
        path: [index, 'name'],
        message: `the name "${source.name}" is taken by another source`,
      });
    }
  });
}
