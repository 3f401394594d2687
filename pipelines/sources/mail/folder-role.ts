/** What a folder is for. Null: one that the user made. */
export const FOLDER_ROLES = ['inbox', 'sent', 'drafts', 'junk', 'trash', 'archive', 'all'] as const;
export type FolderRole = (typeof FOLDER_ROLES)[number];

/** Names that programs give, without letter case; the last part of a path decides. */
const NAMES: Readonly<Record<FolderRole, readonly string[]>> = {
  inbox: ['inbox', 'входящие'],
  sent: ['sent', 'sent items', 'sent messages', 'sent mail', 'sent-mail', 'отправленные', 'исходящие'],
  drafts: ['drafts', 'draft', 'черновики'],
  junk: ['junk', 'spam', 'junk e-mail', 'junk email', 'bulk mail', 'спам', 'нежелательная почта'],
  trash: [
    'trash',
    'deleted',
    'deleted items',
    'deleted messages',
    'bin',
    'удаленные',
    'удалённые',
    'корзина',
  ],
  archive: ['archive', 'archives', 'архив'],
  all: ['all mail', 'вся почта'],
};

/** The role that a folder's name tells, for where nothing better does (SPECIAL-USE, the configuration). */
export function roleByName(folder: string): FolderRole | null {
  const name = folder.split(/[/.]/).at(-1)?.toLowerCase() ?? '';
  return FOLDER_ROLES.find((role) => NAMES[role].includes(name)) ?? null;
}
