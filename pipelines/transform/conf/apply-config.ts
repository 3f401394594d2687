import type { Pool } from 'pg';
import { applyCalendar, type CalendarConfig } from './apply-calendar.ts';
import { applyMeetings, type MeetingsConfig } from './apply-meetings.ts';
import { applyPeople, type PeopleConfig } from './apply-people.ts';
import { applyRegulation, type RegulationConfig } from './apply-regulation.ts';

/** What of voronka.yaml the models need. */
export interface TransformConfig extends PeopleConfig, CalendarConfig, MeetingsConfig {
  readonly settings: {
    readonly accountName?: string | null;
    /** IANA name. */
    readonly timeZone: string;
    readonly currency: string;
    readonly leadSourceField?: string | null;
    /** The deal's custom field with its currency. */
    readonly dealCurrencyField?: string | null;
    readonly country?: string | null;
    readonly firstContactMinTalkSeconds?: number;
  };
  readonly stageSteps: readonly StageStep[];
  readonly regulation?: RegulationConfig;
}

export interface StageStep {
  /** Name or id of the pipeline; `*` is any. */
  readonly pipeline: string;
  /** Name or id of the stage. */
  readonly stage: string;
  readonly step: string;
}

/**
 * Writes the tables of schema `conf`, in one transaction, and only the rows that differ: an unchanged configuration leaves
 * every model incremental.
 *
 * @returns whether anything changed.
 */
export async function applyConfig(pool: Pool, config: TransformConfig): Promise<boolean> {
  const { settings, stageSteps } = config;
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('begin');
    const written = await client.query(
      `insert into conf.settings as old
         (account_name, time_zone, currency, lead_source_field, country, first_contact_min_talk_seconds, deal_currency_field)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (is_only_row) do update set
         (account_name, time_zone, currency, lead_source_field, country, first_contact_min_talk_seconds, deal_currency_field)
         = (excluded.account_name, excluded.time_zone, excluded.currency, excluded.lead_source_field, excluded.country,
            excluded.first_contact_min_talk_seconds, excluded.deal_currency_field)
       where old is distinct from excluded`,
      [
        settings.accountName ?? null,
        settings.timeZone,
        settings.currency,
        settings.leadSourceField ?? null,
        settings.country ?? null,
        settings.firstContactMinTalkSeconds ?? 10,
        settings.dealCurrencyField ?? null,
      ],
    );
    const wanted = [
      stageSteps.map((row) => row.pipeline),
      stageSteps.map((row) => row.stage),
      stageSteps.map((row) => row.step),
    ];
    const removed = await client.query(
      `delete from conf.stage_steps where (pipeline, stage) not in (select * from unnest($1::text[], $2::text[]))`,
      wanted.slice(0, 2),
    );
    const steps = await client.query(
      `insert into conf.stage_steps as old (pipeline, stage, step) select * from unnest($1::text[], $2::text[], $3::text[])
       on conflict (pipeline, stage) do update set step = excluded.step where old.step <> excluded.step`,
      wanted,
    );
    const people = await applyPeople(client, config);
    const calendar = await applyCalendar(client, config);
    const meetings = await applyMeetings(client, config);
    const regulation = await applyRegulation(client, config.regulation);
    await client.query('commit');
    return (
      people ||
      calendar ||
      meetings ||
      regulation ||
      [written, removed, steps].some((result) => (result.rowCount ?? 0) > 0)
    );
  } catch (error) {
    failure = error as Error;
    await client.query('rollback').catch(() => undefined);
    throw error;
  } finally {
    client.release(failure);
  }
}
