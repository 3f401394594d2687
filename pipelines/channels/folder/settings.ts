import { z } from 'zod';
import { sourceName } from '../../config/fields.ts';

export const folderSettings = z.strictObject({
  type: z.literal('folder'),
  name: sourceName,
  path: z.string().min(1),
});
