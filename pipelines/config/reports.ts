import { z } from 'zod';
import { claimsSchema } from '../../cube/access.ts';
import { alertSettings } from '../alerts/settings.ts';
import { ADDRESSES } from '../channels/addresses.ts';
import { channelSettings } from '../channels/settings.ts';
import { clockTime, sourceName } from './fields.ts';

/** `channels`, `recipients`, `reports` and `alerts` of voronka.yaml: what voronka says by itself, to whom, when and how. */

const language = z.enum(['en', 'ru']);

const recipient = z
  .strictObject({
    name: z.string().min(1),
    /** What they may see; digests and alerts are made with it. */
    role: z.enum(['executive', 'head', 'manager']),
    teams: claimsSchema.shape.teams,
    managers: claimsSchema.shape.managers,
    /** `reports.language` where absent. */
    language: language.optional(),
    at: z
      .array(z.strictObject({ channel: z.string().min(1), address: z.string().default('') }))
      .min(1, 'at least one channel is needed'),
  })
  .superRefine(({ role, teams, managers }, context) => {
    const missing = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message });
    if (role === 'head' && teams.length === 0) missing('teams', 'a head needs at least one team');
    if (role === 'manager' && managers.length === 0)
      missing('managers', 'a manager needs at least one manager id');
  });

const digest = z
  .strictObject({
    name: sourceName,
    report: z.enum(['daily', 'weekly', 'monthly', 'personal']),
    /**
     * `working_day` and `day`: about that day; `week`: on its last working day, about the week; `month`: on the first working day, about the
     * month before.
     */
    every: z.enum(['day', 'working_day', 'week', 'month']).optional(),
    /** On the account's clock. */
    at: clockTime,
    to: z.array(z.string().min(1)).default([]),
    /** Every active manager, over these channels: at the e-mail address the CRM has, or in a folder of their own. */
    to_each_manager: z.array(z.string().min(1)).default([]),
    attach: z.array(z.enum(['xlsx', 'pdf'])).default(['xlsx']),
  })
  .refine(({ to, to_each_manager }) => to.length + to_each_manager.length > 0, 'nobody gets it: give `to`')
  .refine(
    ({ report, to_each_manager }) => report === 'personal' || to_each_manager.length === 0,
    '`to_each_manager` is for the report `personal`; others hold the names of colleagues',
  )
  .transform((given) => ({ ...given, every: given.every ?? USUAL[given.report] }));

const USUAL = { daily: 'working_day', weekly: 'week', monthly: 'month', personal: 'working_day' } as const;

export const speaking = {
  channels: z.array(channelSettings).default([]).superRefine(uniqueNames),
  recipients: z.array(recipient).default([]).superRefine(uniqueNames),
  reports: z
    .strictObject({
      language: language.default('en'),
      /** Where people open the dashboard; without it messages hold no links. */
      dashboard_url: z.url({ protocol: /^https?$/ }).optional(),
      digests: z.array(digest).default([]).superRefine(uniqueNames),
    })
    .prefault({}),
  alerts: alertSettings,
};

type Speaking = z.output<z.ZodObject<typeof speaking>>;
export type Recipient = Speaking['recipients'][number];
export type DigestSettings = Speaking['reports']['digests'][number];

/** Whoever and whatever is named must be there, and an address must be one. */
export function checkSpeaking(config: Speaking, context: z.RefinementCtx): void {
  const issue = (path: (string | number)[], message: string) =>
    context.addIssue({ code: 'custom', path, message });
  const channels = new Map(config.channels.map((channel) => [channel.name, channel.type]));
  const people = new Set(config.recipients.map(({ name }) => name));
  const knownChannels = channels.size === 0 ? 'there are none' : `known: ${[...channels.keys()].join(', ')}`;
  config.recipients.forEach(({ at }, index) => {
    at.forEach(({ channel, address }, place) => {
      const path = ['recipients', index, 'at', place];
      const type = channels.get(channel);
      if (type === undefined)
        return issue([...path, 'channel'], `there is no channel "${channel}"; ${knownChannels}`);
      const { pattern, hint, isOptional } = ADDRESSES[type]!;
      if (!(isOptional && address === '') && !pattern.test(address))
        issue([...path, 'address'], `expected ${hint}`);
    });
  });
  const checkPeople = (names: readonly string[], path: (string | number)[]): void =>
    names.forEach((name, index) => {
      if (!people.has(name)) issue([...path, index], `there is no recipient "${name}" in recipients`);
    });
  config.reports.digests.forEach(({ to, to_each_manager: each }, index) => {
    checkPeople(to, ['reports', 'digests', index, 'to']);
    each.forEach((channel, place) => {
      const type = channels.get(channel);
      if (type !== 'email' && type !== 'folder')
        issue(
          ['reports', 'digests', index, 'to_each_manager', place],
          'expected the name of a channel of type email or folder',
        );
    });
  });
  config.alerts.levels.forEach(({ to }, index) => checkPeople(to, ['alerts', 'levels', index, 'to']));
}

function uniqueNames(list: readonly { name: string }[], context: z.RefinementCtx): void {
  list.forEach(({ name }, index) => {
    if (list.findIndex((other) => other.name === name) < index)
      context.addIssue({ code: 'custom', path: [index, 'name'], message: `the name "${name}" is taken` });
  });
}
