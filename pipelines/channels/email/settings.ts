import { z } from 'zod';
import { environmentVariable, sourceName } from '../../config/fields.ts';

export const emailSettings = z.strictObject({
  type: z.literal('email'),
  name: sourceName,
  /** smtps://user:password@host:465 or smtp://host:587 (STARTTLS where the server has it). */
  server_env: environmentVariable,
  from: z.string().regex(/@/, 'expected an address like "voronka <bi@company.ru>"'),
  reply_to: z.string().optional(),
});
