import { z } from 'zod';
import { amocrm } from './amocrm/index.ts';

/** Every kind of source. Adding one adds its folder and its name here, twice. */
export const SOURCE_KINDS = [amocrm] as const;

export const sourceSettings = z.discriminatedUnion('type', [amocrm.settings]);

export type SourceConfig = Readonly<z.output<typeof sourceSettings>>;
