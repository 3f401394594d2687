import { z } from 'zod';
import type { Row } from '../engine/stream.ts';

/**
 * What a row must be for the models to read it: its key, its beginning, and the types of the fields they cast. What is empty may come as
 * null, as [] or as {}.
 */
const id = z.number().int();
const localTime = z.string().regex(/^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/, 'expected YYYY-MM-DD hh:mm:ss');
const empty = z.union([z.array(z.never()), z.strictObject({})]);
const optional = <T extends z.ZodType>(type: T) => z.union([type, empty]).nullish();
const list = z.union([z.array(z.unknown()), z.strictObject({})]).nullish();

export const call: z.ZodType<Row> = z.looseObject({
  id,
  start_time: localTime,
  finish_time: optional(localTime),
  direction: z.string(),
  contact_phone_number: optional(z.string()),
  virtual_phone_number: optional(z.string()),
  talk_duration: optional(z.number()),
  clean_talk_duration: optional(z.number()),
  is_transfer: optional(z.boolean()),
  call_records: list,
});

export const leg: z.ZodType<Row> = z.looseObject({
  id,
  call_session_id: id,
  start_time: localTime,
  connect_time: optional(localTime),
  duration: optional(z.number()),
  total_duration: optional(z.number()),
  direction: optional(z.string()),
  is_operator: optional(z.boolean()),
  is_talked: optional(z.boolean()),
  is_transfered: optional(z.boolean()),
  employee_id: optional(id),
  call_records: list,
});

export const employee: z.ZodType<Row> = z.looseObject({ id, full_name: optional(z.string()) });
