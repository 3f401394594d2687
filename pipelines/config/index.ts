export { parseDuration } from './duration.ts';
export { ConfigInvalidError, ConfigMissingError, ConfigSyntaxError, SecretMissingError } from './errors.ts';
export { peopleOf } from './people-of.ts';
export { regulationOf } from './regulation-of.ts';
export { CONFIG_FILE, loadConfig, parseConfig } from './load.ts';
export {
  FUNNEL_STEPS,
  configSchema,
  type Config,
  type FunnelStep,
  type ScheduleConfig,
  type SourceConfig,
} from './schema.ts';
export { readSecret } from './secrets.ts';
export { CONFIG_TEMPLATE } from './template.ts';
