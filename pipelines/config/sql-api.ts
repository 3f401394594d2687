import { z } from 'zod';
import { claimsSchema } from '../../cube/access.ts';
import { parseVerifier } from '../../cube/sql-api/auth/password.ts';
import { duration } from './fields.ts';

/** `sql_api` and `users` of voronka.yaml: the KPIs over the Postgres protocol, and who may log in to it. */

const atMost = (longest: number) => z.number().int().min(1).max(longest);

const settings = z.strictObject({
  enabled: z.boolean().default(true),
  host: z.string().min(1).default('127.0.0.1'),
  port: z.number().int().min(0).max(65_535).default(15_432),
  /** `voronka`: the one of this program; `cube`: the one of Cube's native module; `auto`: `voronka`. */
  mode: z.enum(['auto', 'voronka', 'cube']).default('auto'),
  /** PEM files. Without them passwords are taken by SCRAM, or from this machine, only. */
  tls: z.strictObject({ cert_file: z.string().min(1), key_file: z.string().min(1) }).optional(),
  statement_timeout: duration.default('60s'),
  /** A session with nothing to do is ended after this. */
  idle_timeout: duration.default('8h'),
  max_sessions: atMost(10_000).default(500),
  max_sessions_per_user: atMost(10_000).default(100),
  /** Connections to Postgres; sessions with nothing to do give theirs up. */
  max_connections: atMost(1_000).default(40),
});

/** Left out, it is on with the defaults, and a port that is taken is then no reason to stop. */
export const sqlApi = settings
  .transform((given) => ({ ...given, is_asked_for: true }))
  .default({ ...settings.parse({}), is_asked_for: false });

export const users = z
  .array(
    z
      .strictObject({
        name: z.string().min(1).max(63),
        /** A verifier, never the password itself. */
        password: z
          .string()
          .refine(
            (text) => parseVerifier(text) !== undefined,
            'expected a verifier of a password; `voronka user password` makes one',
          ),
        role: claimsSchema.shape.role,
        teams: claimsSchema.shape.teams,
        managers: claimsSchema.shape.managers,
        max_sessions: atMost(10_000).optional(),
      })
      .superRefine(({ role, teams, managers }, context) => {
        const missing = (path: string, message: string) =>
          context.addIssue({ code: 'custom', path: [path], message });
        if (role === 'head' && teams.length === 0) missing('teams', 'a head needs at least one team');
        if (role === 'manager' && managers.length === 0)
          missing('managers', 'a manager needs at least one manager id');
      }),
  )
  .default([])
  .superRefine((list, context) => {
    list.forEach(({ name }, index) => {
      if (list.findIndex((other) => other.name === name) < index) {
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: `the name "${name}" is taken by another user`,
        });
      }
    });
  });
