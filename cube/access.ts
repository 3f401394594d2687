import { z } from 'zod';

/**
 * Who is asking, as the token says. `executive` and `analyst` see every row (an analyst no personal names), a `head` the
 * rows of their teams, a `manager` the rows of the managers listed, usually one.
 */
export const claimsSchema = z
  .object({
    role: z.enum(['executive', 'head', 'manager', 'analyst']),
    /** Team ids or names (`marts.dim_managers.team_id`, `.team`); what a head must have. */
    teams: z.array(z.string().min(1)).default([]),
    /** Keys of `marts.dim_managers.manager_id`, "account:id"; what a manager must have. */
    managers: z.array(z.string().min(1)).default([]),
    exp: z.number(),
  })
  .superRefine((claims, context) => {
    if (claims.role === 'head' && claims.teams.length === 0) {
      context.addIssue({ code: 'custom', path: ['teams'], message: 'a head needs at least one team' });
    }
    if (claims.role === 'manager' && claims.managers.length === 0) {
      context.addIssue({
        code: 'custom',
        path: ['managers'],
        message: 'a manager needs at least one manager id',
      });
    }
  });

export type Role = z.infer<typeof claimsSchema>['role'];

export interface SecurityContext {
  readonly role: Role;
  readonly teams: readonly string[];
  readonly managers: readonly string[];
}

/** The groups of the model's access policies a context belongs to: its role, or none. */
export function contextToGroups(context: { securityContext?: Partial<SecurityContext> | null }): string[] {
  const role = context.securityContext?.role;
  return role === undefined ? [] : [role];
}
