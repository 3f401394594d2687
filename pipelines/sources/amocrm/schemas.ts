import { z } from 'zod';
import type { Row } from '../engine/stream.ts';

/**
 * What a row must be for the models to read it: its key, its date, and the types of the fields they cast. Anything may be added, and
 * everything but the key and the date may be null or absent; the official docs and real accounts disagree too often for more.
 */
const id = z.number().int();
const moment = z.number().int();
const optionalInt = z.number().int().nullish();
const optionalNumber = z.number().nullish();
const optionalText = z.string().nullish();
const list = z.array(z.unknown()).nullish();
const object = z.record(z.string(), z.unknown());
/** PHP writes an empty object as an empty array. */
const objectOrEmpty = z.union([object, z.array(z.unknown())]).nullish();

const card = {
  id,
  updated_at: moment,
  created_at: optionalInt,
  name: optionalText,
  responsible_user_id: optionalInt,
  group_id: optionalInt,
  created_by: optionalInt,
  updated_by: optionalInt,
  closest_task_at: optionalInt,
  is_deleted: z.boolean().nullish(),
  custom_fields_values: list,
  _embedded: objectOrEmpty,
};

export const lead: z.ZodType<Row> = z.looseObject({
  ...card,
  price: optionalNumber,
  price_with_minor_units: optionalNumber,
  status_id: optionalInt,
  pipeline_id: optionalInt,
  loss_reason_id: optionalInt,
  closed_at: optionalInt,
});

/** Contacts and companies. */
export const client: z.ZodType<Row> = z.looseObject(card);

export const event: z.ZodType<Row> = z.looseObject({
  id: z.string().min(1),
  type: z.string(),
  entity_id: optionalInt,
  entity_type: optionalText,
  created_by: optionalInt,
  created_at: moment,
  value_after: objectOrEmpty,
  value_before: objectOrEmpty,
});

export const task: z.ZodType<Row> = z.looseObject({
  id,
  updated_at: moment,
  created_at: optionalInt,
  complete_till: optionalInt,
  responsible_user_id: optionalInt,
  entity_id: optionalInt,
  entity_type: optionalText,
  is_completed: z.boolean().nullish(),
  task_type_id: optionalInt,
  // `[]` while there is none, then {"text": …}.
  result: objectOrEmpty,
});

export const note: z.ZodType<Row> = z.looseObject({
  id,
  updated_at: moment,
  created_at: optionalInt,
  entity_id: optionalInt,
  note_type: optionalText,
  responsible_user_id: optionalInt,
  created_by: optionalInt,
  params: objectOrEmpty,
});

export const account: z.ZodType<Row> = z.looseObject({ id, name: optionalText, _embedded: objectOrEmpty });

export const user: z.ZodType<Row> = z.looseObject({
  id,
  name: optionalText,
  email: optionalText,
  rights: objectOrEmpty,
  _embedded: objectOrEmpty,
});

export const pipeline: z.ZodType<Row> = z.looseObject({
  id,
  name: optionalText,
  sort: optionalInt,
  is_main: z.boolean().nullish(),
  is_archive: z.boolean().nullish(),
  _embedded: z.looseObject({
    statuses: z.array(
      z.looseObject({
        id,
        name: optionalText,
        sort: optionalInt,
        type: optionalInt,
        pipeline_id: optionalInt,
      }),
    ),
  }),
});

export const lossReason: z.ZodType<Row> = z.looseObject({ id, name: optionalText, sort: optionalInt });

export const customField: z.ZodType<Row> = z.looseObject({
  id,
  name: optionalText,
  code: optionalText,
  type: optionalText,
  entity_type: optionalText,
});

/** Incoming leads nobody has taken yet. `metadata` has other types in every category, and in the documentation's own examples. */
export const unsorted: z.ZodType<Row> = z.looseObject({
  uid: z.string().min(1),
  category: optionalText,
  pipeline_id: optionalInt,
  created_at: optionalInt,
  metadata: objectOrEmpty,
  _embedded: objectOrEmpty,
});

export const customer: z.ZodType<Row> = z.looseObject({
  ...card,
  next_price: optionalNumber,
  next_date: optionalInt,
  status_id: optionalInt,
  ltv: optionalNumber,
  purchases_count: optionalInt,
  average_check: optionalNumber,
});

/** Purchases of customers. */
export const transaction: z.ZodType<Row> = z.looseObject({
  id,
  price: optionalNumber,
  customer_id: optionalInt,
  completed_at: optionalInt,
  is_deleted: z.boolean().nullish(),
  _embedded: objectOrEmpty,
});

/** Tags, roles and catalogs. */
export const named: z.ZodType<Row> = z.looseObject({ id, name: optionalText });

export const catalogElement: z.ZodType<Row> = z.looseObject({
  id,
  name: optionalText,
  catalog_id: optionalInt,
  is_deleted: z.boolean().nullish(),
  custom_fields_values: list,
});
