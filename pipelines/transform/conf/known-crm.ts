import type { Pool } from 'pg';

/** A pipeline as the CRM has it. */
export interface KnownPipeline {
  readonly id: string;
  readonly name: string;
  readonly stages: readonly { readonly id: string; readonly name: string }[];
}

/** Pipelines with their statuses, as amoCRM gives them (GET /api/v4/leads/pipelines: `_embedded.statuses`); none before the first sync. */
export async function knownPipelines(pool: Pool): Promise<KnownPipeline[]> {
  if (!(await isRead(pool, 'pipelines'))) return [];
  const { rows } = await pool.query<KnownPipeline>(
    `select id, coalesce(payload ->> 'name', '') as name,
       coalesce((select jsonb_agg(jsonb_build_object('id', status ->> 'id', 'name', coalesce(status ->> 'name', ''))
                                  order by (status ->> 'sort')::numeric nulls last)
                 from jsonb_array_elements(payload #> '{_embedded,statuses}') as status), '[]') as stages
     from raw.amocrm__pipelines where not is_deleted order by (payload ->> 'sort')::numeric nulls last, id`,
  );
  return rows;
}

/** A user as the CRM has it, with the group (GET /api/v4/users?with=group). */
export interface KnownUser {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** `account:group`, as teams have their id in the marts. */
  readonly teamId: string;
  readonly group: string;
}

/** Users, those removed since included: what they did still counts. None before the first sync, or without the right to see them. */
export async function knownUsers(pool: Pool): Promise<KnownUser[]> {
  if (!(await isRead(pool, 'users'))) return [];
  const { rows } = await pool.query<KnownUser>(
    `select id, coalesce(payload ->> 'name', '') as name, coalesce(payload ->> 'email', '') as email,
       account_id || ':' || coalesce(payload #>> '{rights,group_id}', '0') as "teamId", coalesce(payload #>> '{_embedded,groups,0,name}', '') as "group"
     from raw.amocrm__users order by payload ->> 'name', id`,
  );
  return rows;
}

async function isRead(pool: Pool, stream: 'pipelines' | 'users'): Promise<boolean> {
  const { rows } = await pool.query<{ found: boolean }>('select to_regclass($1) is not null as found', [
    `raw.amocrm__${stream}`,
  ]);
  return rows[0]?.found === true;
}

/** Whether a name of the configuration means it: by id, or by name whatever its case. */
export function isNamed(wanted: string, ...names: readonly string[]): boolean {
  return names.some((name) => wanted.trim().toLowerCase() === name.trim().toLowerCase());
}

/** `"Sales" (7), "Service" (8)` */
export function listed(items: readonly { readonly id: string; readonly name: string }[]): string {
  return items.map(({ id, name }) => `"${name}" (${id})`).join(', ');
}
