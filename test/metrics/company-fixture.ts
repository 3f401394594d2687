import { type Company, generateCompany } from '../../demo/company/index.ts';

/** A Saturday evening in Moscow, in the middle of a month: nothing about the moment is special. */
export const UNTIL = new Date('2026-03-14T17:23:45Z');

export function smallCompany(): Company {
  return generateCompany({ seed: 11, until: UNTIL, leads: 6000 });
}

export interface Lead {
  readonly id: number;
  readonly name: string | null;
  readonly price: number;
  readonly status_id: number;
  readonly pipeline_id: number;
  readonly responsible_user_id: number;
  readonly loss_reason_id: number | null;
  readonly created_at: number;
  readonly created_by: number;
  readonly updated_at: number;
  readonly closed_at: number | null;
  readonly is_deleted: boolean;
  readonly custom_fields_values: readonly CustomValue[] | null;
  readonly _embedded: {
    readonly contacts: readonly { readonly id: number }[];
    readonly companies: readonly { readonly id: number }[];
    readonly loss_reason: readonly { readonly id: number }[];
  };
}

interface CustomValue {
  readonly field_id: number;
  readonly field_name: string;
  readonly field_type: string;
  readonly values: readonly { readonly value: unknown; readonly enum_id?: number }[];
}

export interface Status {
  readonly id: number;
  readonly pipeline_id: number;
}
export interface Change {
  readonly lead_status?: Status;
  readonly responsible_user?: { readonly id: number };
  readonly sale_field_value?: { readonly sale: number };
  readonly name_field_value?: { readonly name: string | null };
  readonly note?: { readonly id: number };
}
export interface Event {
  readonly id: string;
  readonly type: string;
  readonly entity_id: number;
  readonly entity_type: string;
  readonly created_by: number;
  readonly created_at: number;
  readonly value_before: readonly Change[];
  readonly value_after: readonly Change[];
}

/** The rows of a list as a reader of the files gets them. */
export function read<T>(list: Iterable<unknown>): T[] {
  return JSON.parse(JSON.stringify([...list])) as T[];
}

/** The events of each entity of a kind, oldest first. */
export function byEntity(events: readonly Event[], kind: string): Map<number, Event[]> {
  const histories = new Map<number, Event[]>();
  for (const event of events) {
    if (event.entity_type !== kind) continue;
    const history = histories.get(event.entity_id);
    if (history === undefined) histories.set(event.entity_id, [event]);
    else history.push(event);
  }
  return histories;
}
