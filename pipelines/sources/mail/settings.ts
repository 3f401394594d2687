import { z } from 'zod';

/** What every source of mail is told about folders and about whose mail it is. */
export const mailAddress = z
  .string()
  .regex(/^[^\s@<>"/]+@[^\s@<>"/]+$/, 'expected an address like anna@company.ru')
  .transform((address) => address.toLowerCase());

const folderName = z.string().min(1);

export const folderRules = z.strictObject({
  /** Folders by their path, where neither the server nor the name says what they are for. */
  inbox: folderName.optional(),
  sent: folderName.optional(),
  drafts: folderName.optional(),
  junk: folderName.optional(),
  trash: folderName.optional(),
  archive: folderName.optional(),
  /** Not read at all, with everything below them. */
  skip: z.array(folderName).default([]),
});

export const sharedMailFields = {
  folders: folderRules.prefault({}),
  /** Keep subjects. They are content: off unless somebody decides otherwise. */
  subjects: z.boolean().default(false),
  /** Mail between addresses of these domains is internal; besides, the domains of the mailboxes that are not public providers'. */
  own_domains: z
    .array(z.string().regex(/^[^\s@]+\.[^\s@]+$/, 'expected a domain like company.ru'))
    .default([]),
};

export type FolderRules = z.output<typeof folderRules>;

/** True for a folder of the list, and for what lies below one. */
export function isSkipped(path: string, rules: FolderRules, delimiter: string): boolean {
  return rules.skip.some((skipped) => path === skipped || path.startsWith(`${skipped}${delimiter}`));
}
