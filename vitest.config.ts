import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/harness/global-postgres.ts'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 180_000,
    hookTimeout: 300_000,
    // Some promises are about the wall clock (seven a second, answered within two): on a shared machine that stalls they get one more try.
    retry: process.env['CI'] ? 1 : 0,
    reporters: ['default'],
  },
});
