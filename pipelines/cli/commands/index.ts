import type { Command } from 'commander';

interface CommandEntry {
  readonly name: string;
  readonly description: string;
  /** Loads what the command needs, seconds of work for some of them. */
  readonly load: () => Promise<() => Command>;
}

/** Every command, in the order of `voronka --help`. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: 'init',
    description: 'write a commented voronka.yaml',
    load: async () => (await import('./init.ts')).initCommand,
  },
  {
    name: 'auth',
    description: 'connect an account',
    load: async () => (await import('./auth.ts')).authCommand,
  },
  {
    name: 'doctor',
    description: 'check configuration, database, sources and Cube, and say what to do',
    load: async () => (await import('./doctor.ts')).doctorCommand,
  },
  {
    name: 'sync',
    description: 'read what is new in every source, or in one; an interrupted sync goes on where it was',
    load: async () => (await import('./sync.ts')).syncCommand,
  },
  {
    name: 'build',
    description: 'build the marts from what was read, test them, publish them',
    load: async () => (await import('./build.ts')).buildCommand,
  },
  {
    name: 'serve',
    description: 'serve the KPIs and keep the data fresh on the schedules of the configuration',
    load: async () => (await import('./serve.ts')).serveCommand,
  },
  {
    name: 'up',
    description: 'everything in one process: read every source, build, then serve as `serve` does',
    load: async () => (await import('./serve.ts')).upCommand,
  },
  {
    name: 'status',
    description: 'per source and stream: rows, cursor, lag, last run, rejected records; then the last build',
    load: async () => (await import('./status.ts')).statusCommand,
  },
  {
    name: 'query',
    description:
      'ask for KPIs with a Cube query, e.g. \'{"measures":["funnel.leads_new"],"dimensions":["funnel.manager"]}\'',
    load: async () => (await import('./query.ts')).queryCommand,
  },
  {
    name: 'report',
    description:
      'write a report to a file: scorecard, funnel, plan-fact, calls, weekly … (`report list` names all)',
    load: async () => (await import('./report.ts')).reportCommand,
  },
  {
    name: 'alerts',
    description: 'what is wrong now: open alerts with the rows behind them',
    load: async () => (await import('./alerts.ts')).alertsCommand,
  },
  {
    name: 'token',
    description: 'print an API token with a role and what it may see',
    load: async () => (await import('./token.ts')).tokenCommand,
  },
  {
    name: 'user',
    description: 'users of the SQL API',
    load: async () => (await import('./user.ts')).userCommand,
  },
  {
    name: 'sql',
    description: 'what came over the SQL API',
    load: async () => (await import('./sql.ts')).sqlCommand,
  },
  {
    name: 'webhooks',
    description:
      'print the address to give to amoCRM or Mango Office for each source that takes webhooks, and what to tick there',
    load: async () => (await import('./webhooks.ts')).webhooksCommand,
  },
  {
    name: 'files',
    description: 'plans, costs and other tables that people keep in CSV and XLSX files',
    load: async () => (await import('./files.ts')).filesCommand,
  },
  {
    name: 'demo',
    description:
      'a made-up sales department, read, built and served: everything in one go, nothing to set up',
    load: async () => (await import('./demo.ts')).demoCommand,
  },
  {
    name: 'stand-in',
    description: 'local stand-ins of the systems voronka reads, for trials and tests',
    load: async () => (await import('./stand-in.ts')).standInCommand,
  },
];
