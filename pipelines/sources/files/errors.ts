import { VoronkaError } from '../../errors.ts';

export class FilesFolderError extends VoronkaError {
  constructor(folder: string, cause: unknown) {
    const { code } = (cause ?? {}) as { code?: string };
    const what = code === 'EACCES' || code === 'EPERM' ? 'may not be read' : 'is not there';
    super(
      `The folder ${folder} ${what}. Nothing was taken for deleted. Make it, mount it, or correct "folder" of the source in voronka.yaml.`,
      { code: 'FILES_FOLDER', retry: 'later', context: { folder }, cause },
    );
  }
}

/** A folder that had files and has none: likelier a disk that is not mounted than a clean-up. */
export class FilesFolderEmptyError extends VoronkaError {
  constructor(folder: string) {
    super(
      `The folder ${folder} has no CSV or XLSX file left, and it had some. Nothing was taken for deleted. If the files really are to go, ` +
        'leave one of them with its header only.',
      { code: 'FILES_FOLDER_EMPTY', retry: 'later', context: { folder } },
    );
  }
}

/** Why a file cannot be read at all. The rows of its earlier version stay in force. */
export class FileUnreadableError extends VoronkaError {
  readonly reason: string;

  constructor(path: string, reason: string, cause?: unknown) {
    super(`${path}: ${reason}`, { code: 'FILE_UNREADABLE', retry: 'never', context: { path }, cause });
    this.reason = reason;
  }
}
