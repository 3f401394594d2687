import { IANAZone } from 'luxon';
import { z } from 'zod';
import { sourceSettings } from '../sources/registry.ts';
import { businessHours, specialDays } from './business-hours.ts';
import { schedule } from './fields.ts';
import { meetings } from './meetings.ts';
import { country, managers } from './people.ts';
import { regulation } from './regulation.ts';
import { checkSpeaking, speaking } from './reports.ts';
import { sqlApi, users } from './sql-api.ts';

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

const funnel = z.strictObject({
  /** Custom field of the deal that says where it came from: its code (UTM_SOURCE) or its name. */
  lead_source_field: z.string().min(1).default('UTM_SOURCE'),
  /** Custom field of the deal with the code of its currency; without it amounts are in the account's. */
  currency_field: z.string().min(1).optional(),
  steps: z
    .array(
      z.strictObject({
        pipeline: z.union([z.string().min(1), z.number().int()]).transform(String),
        stages: z.record(z.string().min(1), z.enum(FUNNEL_STEPS)),
      }),
    )
    .default([]),
});

const settings = z.strictObject({
  account: z.strictObject({
    name: z.string().min(1),
    time_zone: z
      .string()
      .refine((zone) => IANAZone.isValidZone(zone), 'expected an IANA time zone like Europe/Moscow'),
    currency: z.string().regex(/^[A-Z]{3}$/, 'expected a three-letter currency code like RUB'),
    /** Where phone numbers written without a country belong. */
    country: country.default('RU'),
    /** When the company works: norms are held against this time. */
    business_hours: businessHours.optional(),
    holidays: specialDays.default([]),
    /** Saturdays and Sundays that are worked. */
    working_days: specialDays.default([]),
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
  sources: z.array(sourceSettings).min(1, 'at least one source is needed').superRefine(uniqueNames),
  funnel: funnel.prefault({}),
  managers,
  meetings,
  regulation,
  schedule: schedule.default({ every: '5m' }),
  serve: z
    .strictObject({
      host: z.string().min(1).default('127.0.0.1'),
      port: z.number().int().min(0).max(65_535).default(4000),
    })
    .prefault({}),
  sql_api: sqlApi,
  users,
  ...speaking,
});

export const configSchema = settings.superRefine(checkSpeaking);

export type Config = Readonly<z.output<typeof configSchema>>;
export type { SourceConfig } from '../sources/registry.ts';
export type ScheduleConfig = Config['schedule'];

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
