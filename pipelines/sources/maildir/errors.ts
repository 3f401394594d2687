import { VoronkaError } from '../../errors.ts';

export class MailFolderMissingError extends VoronkaError {
  constructor(source: string, path: string, cause?: unknown) {
    super(
      `The source "${source}" cannot read ${path}. Check that the path exists and that voronka's user may read it.`,
      { code: 'MAILDIR_MISSING', retry: 'never', context: { source, path }, cause },
    );
  }
}

export class NoMailboxesError extends VoronkaError {
  constructor(source: string, path: string) {
    super(
      `The source "${source}" found no mailbox in ${path}. Name its folders by their addresses (anna@company.ru), or say whose mail ` +
        `it is with "address" or "mailboxes".`,
      { code: 'MAILDIR_EMPTY', retry: 'never', context: { source, path } },
    );
  }
}
