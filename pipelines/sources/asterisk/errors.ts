import { VoronkaError } from '../../errors.ts';

/** The place has other columns than calls are made of. */
export class ColumnsMissingError extends VoronkaError {
  constructor(
    place: string,
    missing: readonly string[],
    absent: readonly string[],
    found: readonly string[],
  ) {
    const lacks = missing.length > 0 ? ` has no column for ${missing.join(', ')}` : '';
    const wished = absent.length > 0 ? ` has no column ${absent.join(', ')}, which the settings name` : '';
    super(
      `${place}${lacks}${lacks && wished ? ', and' : ''}${wished}. Its columns are: ${found.join(', ') || 'none'}. ` +
        `Say which is which under "columns" of the source, e.g. columns: { start: call_began }.`,
      { code: 'ASTERISK_COLUMNS_MISSING', retry: 'never', context: { place } },
    );
  }
}

export class TableMissingError extends VoronkaError {
  constructor(table: string, server: string, others: readonly string[]) {
    super(
      `There is no table ${table} in ${server}, or this user may not see it. ` +
        `${others.length > 0 ? `Tables it sees: ${others.join(', ')}.` : 'It sees no tables at all.'} ` +
        `Name the table in database.table of the source and grant SELECT on it.`,
      { code: 'ASTERISK_TABLE_MISSING', retry: 'never', context: { table } },
    );
  }
}

export class AccessDeniedError extends VoronkaError {
  constructor(server: string, table: string, detail: string, cause: unknown) {
    super(
      `${server} refuses access: ${detail}. The user in the address needs CONNECT and SELECT on ${table}, nothing more.`,
      { code: 'ASTERISK_ACCESS_DENIED', retry: 'never', context: { server }, cause },
    );
  }
}

export class AddressInvalidError extends VoronkaError {
  constructor(variable: string) {
    super(
      `The address in ${variable} is none of a database: expected postgres://user:password@host/database or ` +
        `mysql://user:password@host/database.`,
      { code: 'ASTERISK_ADDRESS_INVALID', retry: 'never', context: { variable } },
    );
  }
}

/** The server cannot be reached, or the connection broke. */
export class DatabaseUnreachableError extends VoronkaError {
  constructor(server: string, detail: string, cause: unknown) {
    super(`${server} cannot be read: ${detail}. It will be tried again.`, {
      code: 'ASTERISK_UNREACHABLE',
      retry: 'later',
      context: { server },
      cause,
    });
  }
}

export class FileMissingError extends VoronkaError {
  constructor(path: string) {
    super(
      `There is no ${path}, nor a rotated copy of it. Asterisk writes it to <astlogdir>/cdr-csv/ when cdr_csv is loaded ` +
        `("cdr show status"); is the folder mounted here?`,
      { code: 'ASTERISK_FILE_MISSING', retry: 'later', context: { path } },
    );
  }
}

export class FileUnreadableError extends VoronkaError {
  constructor(path: string, detail: string, cause: unknown) {
    super(`${path} cannot be read: ${detail}. The user of voronka needs the right to read it.`, {
      code: 'ASTERISK_FILE_UNREADABLE',
      retry: 'later',
      context: { path },
      cause,
    });
  }
}

/** Not a single record of the file is one of Asterisk's. */
export class FormatUnknownError extends VoronkaError {
  constructor(path: string, columns: number, guess: string) {
    super(
      `${path} is not a CDR file of Asterisk as far as can be seen: its records have ${columns} columns. ${guess} ` +
        `Nothing of it was read.`,
      { code: 'ASTERISK_FORMAT_UNKNOWN', retry: 'never', context: { path, columns } },
    );
  }
}
