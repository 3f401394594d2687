import type { PeopleConfig } from '../transform/conf/apply-people.ts';
import { secondsOf } from './people.ts';
import type { Config } from './schema.ts';

/** What the configuration says of phone systems, people and norms, as the models want it. */
export function peopleOf(config: Config): PeopleConfig {
  return {
    pbx: config.sources
      .filter((source) => source.type === 'asterisk' || source.type === 'uis' || source.type === 'mango')
      .map((source) => {
        const given = source as typeof source & Partial<PbxSource>;
        return {
          sourceType: source.type,
          accountId: source.name,
          timeZone: given.time_zone ?? config.account.time_zone,
          country: given.country ?? config.account.country,
          trunkPattern: given.trunk_pattern ?? null,
          extensionPattern: given.extension_pattern ?? null,
          ownNumbers: given.own_numbers ?? [],
          contexts: given.contexts ?? {},
        };
      }),
    managers: config.managers.map(({ manager, team, teams, from, to, extensions, mailboxes }) => ({
      manager,
      team: team ?? null,
      teams,
      from,
      to,
      extensions,
      mailboxes,
    })),
    norms: {
      callbackSeconds: secondsOf(config.regulation.callback_norm),
      firstContactSeconds: secondsOf(config.regulation.first_contact_norm),
    },
  };
}

/** What the settings of a phone system may carry, whatever its kind. */
interface PbxSource {
  readonly time_zone?: string | undefined;
  readonly country?: string | undefined;
  readonly trunk_pattern?: string | undefined;
  readonly extension_pattern?: string | undefined;
  readonly own_numbers?: readonly string[];
  readonly contexts?: Readonly<Record<string, unknown>>;
}
