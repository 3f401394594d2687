/**
 * Cube's core is configured by the environment as much as by options, and a variable left over in the shell must not
 * open what voronka closes. So everything of Cube's is dropped first, and what matters is set here, before Cube is loaded.
 */
export function configureEnvironment({ timeZone }: { timeZone: string }): void {
  for (const name of Object.keys(process.env)) {
    if (name.startsWith('CUBEJS_')) delete process.env[name];
  }
  Object.assign(process.env, {
    // Anything but "production" is development to Cube, which answers without a token.
    NODE_ENV: 'production',
    CUBEJS_DEV_MODE: 'false',
    CUBEJS_DB_TYPE: 'postgres',
    CUBEJS_CACHE_AND_QUEUE_DRIVER: 'memory',
    CUBEJS_DEFAULT_TIMEZONE: timeZone,
    // A deal list shows its times in the account's zone, too, not only its groups by day.
    CUBEJS_CONVERT_TZ_FOR_RAW_TIME_DIMENSION: 'true',
    CUBEJS_TELEMETRY: 'false',
    // There is no Cube Store; without this a warning says so at every start.
    CUBEJS_EXTERNAL_DEFAULT: 'false',
    CUBEJS_REFRESH_WORKER: 'false',
    // Whether a second has passed since an answer is seen on the clock here, not asked of the database.
    CUBEJS_REFRESH_KEY_LOCAL_TIME: 'true',
    CUBEJS_LOG_REDACTION: 'false',
  });
}
