import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { roleByName, type FolderRole } from '../mail/folder-role.ts';
import { isSkipped, type FolderRules } from '../mail/settings.ts';

/** A folder of a mailbox: directories that hold a file per message, or one mbox file. */
export interface MailFolder {
  /** Path below the mailbox with `/` between the levels; the mailbox itself is INBOX. */
  readonly name: string;
  readonly role: FolderRole | null;
  readonly directories: readonly string[];
  readonly mbox: string | null;
  /** Mbox files that lie among its messages: folders of their own. */
  readonly others: readonly string[];
}

interface Place {
  readonly directories: string[];
  mbox: string | null;
  readonly others: string[];
}

/** What servers and programs keep beside mail. */
const NOT_MAIL =
  /^(\..*|dovecot.*|maildirfolder|maildirsize|subscriptions|courierimap.*|cyrus\..*|.*\.(msf|lock|lck|dat|sqlite|log))$/i;

/**
 * The folders below a path: Maildir (`cur`, `new`), Maildir++ (`.Sent`), trees of folders, loose files of one message each, and mbox
 * files, in any mixture. Drafts and what the configuration skips are left out; `tmp` is never looked into.
 */
export async function mailFolders(root: string, rules: FolderRules): Promise<MailFolder[]> {
  const found = new Map<string, Place>();
  const at = (name: string): Place => {
    const folder = found.get(name) ?? { directories: [], mbox: null, others: [] };
    found.set(name, folder);
    return folder;
  };
  const walk = async (path: string, name: string): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true });
    let hasMessages = false;
    const mboxes: string[] = [];
    for (const entry of entries) {
      const child = join(path, entry.name);
      if (entry.isDirectory()) {
        if (entry.name === 'tmp') continue;
        if (entry.name === 'cur' || entry.name === 'new') at(name).directories.push(child);
        else await walk(child, below(name, entry.name));
      } else if (entry.isFile() && !NOT_MAIL.test(entry.name)) {
        if (await isMbox(child)) {
          at(below(name, entry.name.replace(/\.(mbox|mbx)$/i, ''))).mbox = child;
          mboxes.push(child);
        } else hasMessages = true;
      }
    }
    if (!hasMessages) return;
    at(name).directories.push(path);
    at(name).others.push(...mboxes);
  };
  if ((await stat(root)).isDirectory()) await walk(root, '');
  else at('').mbox = root;
  return [...found]
    .map(([path, place]) => {
      const name = path === '' ? 'INBOX' : path;
      return { name, role: roleOf(name, rules), ...place };
    })
    .filter(({ name, role }) => role !== 'drafts' && !isSkipped(name, rules, '/'))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Names of message files in a directory that are not something else. */
export function isMessageName(name: string): boolean {
  return !NOT_MAIL.test(name);
}

function below(parent: string, entry: string): string {
  // Maildir++ puts all folders beside each other and says the path in the name.
  const name = entry.startsWith('.') ? entry.slice(1).replaceAll('.', '/') : entry.replace(/\.sbd$/, '');
  return parent === '' ? name : `${parent}/${name}`;
}

function roleOf(name: string, rules: FolderRules): FolderRole | null {
  const configured = (['inbox', 'sent', 'drafts', 'junk', 'trash', 'archive'] as const).find(
    (role) => rules[role] === name,
  );
  return configured ?? roleByName(name);
}

/** Begins with the line that divides messages in an mbox; an empty file named like one is one, too. */
async function isMbox(path: string): Promise<boolean> {
  const file = await open(path, 'r').catch(() => undefined);
  if (!file) return false;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(5), 0, 5, 0);
    if (bytesRead === 0) return /\.(mbox|mbx)$/i.test(basename(path));
    return buffer.toString('latin1', 0, bytesRead) === 'From ';
  } finally {
    await file.close();
  }
}
