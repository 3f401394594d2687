import { z } from 'zod';
import { parseDuration } from '../../config/duration.ts';
import { duration, environmentVariable, sharedSourceFields, sourceName } from '../../config/fields.ts';

export const amocrmSettings = z
  .strictObject({
    type: z.literal('amocrm'),
    name: sourceName.default('amocrm'),
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
    ...sharedSourceFields,
    /** How often leads, contacts and companies are read from end to end, to find what was merged or purged; default 1d. */
    sweep_every: duration.optional(),
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

export type AmocrmSettings = Readonly<z.output<typeof amocrmSettings>>;

function isShortWait(text: string): boolean {
  const milliseconds = parseDuration(text);
  return milliseconds !== undefined && milliseconds <= 3_600_000;
}

function isObject({ value }: { value: unknown }): boolean {
  return typeof value === 'object' && value !== null;
}
