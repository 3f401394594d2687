import type { Pool } from 'pg';
import type { TransformConfig } from './apply-config.ts';
import { isNamed, knownPipelines, knownUsers, listed } from './known-crm.ts';

type Named = Pick<TransformConfig, 'managers' | 'regulation'>;

/**
 * Names of `managers` and `regulation` that nobody and nothing in the CRM has, each as a sentence that says what it is without effect on and
 * what there is instead. They stop no build: people leave, and stages are renamed. Empty while the CRM has not been read.
 */
export async function unknownNames(pool: Pool, { managers = [], regulation = {} }: Named): Promise<string[]> {
  return [...(await unknownPeople(pool, managers, regulation)), ...(await unknownStages(pool, regulation))];
}

async function unknownPeople(
  pool: Pool,
  managers: NonNullable<Named['managers']>,
  { norms = [] }: NonNullable<Named['regulation']>,
): Promise<string[]> {
  const users = await knownUsers(pool);
  if (users.length === 0) return [];
  const isUser = (wanted: string): boolean =>
    users.some(({ id, name, email }) => isNamed(wanted, id, name, email));
  const teams = [
    ...users.map(({ group, teamId }) => ({ id: teamId, name: group })),
    ...managers.flatMap(({ team, teams: later = [] }) =>
      [team, ...later.map((one) => one.team)].flatMap((name) => (name == null ? [] : [{ id: '', name }])),
    ),
  ].filter(({ name }) => name !== '');
  const isTeam = (wanted: string): boolean => teams.some(({ id, name }) => isNamed(wanted, id, name));
  const people = users.map(({ id, name, email }) => ({ id: email === '' ? id : email, name }));
  const names = [...new Set(teams.map(({ name }) => `"${name}"`))].join(', ');
  return [
    ...unique(managers.map(({ manager }) => manager).filter((manager) => !isUser(manager))).map(
      (manager) =>
        `managers: the CRM has no user "${manager}", so these extensions, mailboxes and days are nobody's. Known users: ${listed(people)}.`,
    ),
    ...unique(norms.flatMap(({ manager }) => manager ?? []).filter((manager) => !isUser(manager))).map(
      (manager) =>
        `regulation.norms: the CRM has no user "${manager}", so this norm is nobody's. Known users: ${listed(people)}.`,
    ),
    ...unique(norms.flatMap(({ team }) => team ?? []).filter((team) => !isTeam(team))).map(
      (team) =>
        `regulation.norms: nobody is in a team "${team}", so this norm is nobody's. Known teams: ${names}.`,
    ),
  ];
}

async function unknownStages(
  pool: Pool,
  { stageLimits = [] }: NonNullable<Named['regulation']>,
): Promise<string[]> {
  const known = await knownPipelines(pool);
  if (known.length === 0) return [];
  return stageLimits.flatMap(({ pipeline, stage }) => {
    const pipelines = pipeline == null ? known : known.filter(({ id, name }) => isNamed(pipeline, id, name));
    if (pipelines.length === 0)
      return [
        `regulation.stage_limits: the CRM has no pipeline "${pipeline}", so this limit holds for nothing. Known pipelines: ${listed(known)}.`,
      ];
    if (
      stage == null ||
      pipelines.some(({ stages }) => stages.some(({ id, name }) => isNamed(stage, id, name)))
    )
      return [];
    const stages = pipelines.map((item) => `in "${item.name}": ${listed(item.stages)}`).join('; ');
    return [
      `regulation.stage_limits: there is no stage "${stage}", so this limit holds for nothing. Known stages ${stages}.`,
    ];
  });
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)];
}
