/**
 * What to tick in amoCRM: code of `POST /api/v4/webhooks`, and what the settings page calls it. Only what changes rows we read; changes
 * of talks hint the card they belong to.
 */
export const HOOK_SETTINGS: readonly (readonly [what: string, codes: readonly string[]])[] = [
  [
    'Deals: added, changed, deleted, restored, stage changed, responsible changed, note added',
    [
      'add_lead',
      'update_lead',
      'delete_lead',
      'restore_lead',
      'status_lead',
      'responsible_lead',
      'note_lead',
    ],
  ],
  [
    'Contacts: added, changed, deleted, restored, responsible changed, note added',
    [
      'add_contact',
      'update_contact',
      'delete_contact',
      'restore_contact',
      'responsible_contact',
      'note_contact',
    ],
  ],
  [
    'Companies: added, changed, deleted, restored, responsible changed, note added',
    [
      'add_company',
      'update_company',
      'delete_company',
      'restore_company',
      'responsible_company',
      'note_company',
    ],
  ],
  [
    'Tasks: added, changed, deleted, responsible changed',
    ['add_task', 'update_task', 'delete_task', 'responsible_task'],
  ],
  ['Talks: added, changed', ['add_talk', 'update_talk']],
];

export const HOOK_CODES: readonly string[] = HOOK_SETTINGS.flatMap(([, codes]) => codes);
