/** Messages the server side of the protocol sends (Postgres documentation, "Message Formats"). */

export interface ErrorFields {
  readonly severity?: 'ERROR' | 'FATAL';
  readonly sqlState: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** Characters of the client's own text, from 1. */
  readonly position?: number;
}

export function message(type: string, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeUInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

const cString = (text: string): string => `${text.replaceAll('\0', '')}\0`;

export function errorResponse({
  severity = 'ERROR',
  sqlState,
  message: said,
  detail,
  hint,
  position,
}: ErrorFields): Buffer {
  return message(
    'E',
    ...[
      `S${cString(severity)}`,
      `V${cString(severity)}`,
      `C${cString(sqlState)}`,
      `M${cString(said)}`,
      detail === undefined ? '' : `D${cString(detail)}`,
      hint === undefined ? '' : `H${cString(hint)}`,
      position === undefined ? '' : `P${position}\0`,
      '\0',
    ],
  );
}

export const AUTHENTICATION_OK = message('R', int32(0));
export const ASK_CLEAR_PASSWORD = message('R', int32(3));
export const askSasl = (...mechanisms: string[]): Buffer =>
  message('R', int32(10), mechanisms.map(cString).join(''), '\0');
export const continueSasl = (data: string): Buffer => message('R', int32(11), data);
export const finishSasl = (data: string): Buffer => message('R', int32(12), data);

export const parameterStatus = (name: string, value: string): Buffer =>
  message('S', cString(name), cString(value));

export const backendKeyData = (id: number, secret: number): Buffer => message('K', int32(id), int32(secret));

export const readyForQuery = (status: 'I' | 'T' | 'E'): Buffer => message('Z', status);

/** Says that protocol 3.0 is spoken although a later minor version, or unknown options, were asked for. */
export const negotiateProtocolVersion = (unknownOptions: readonly string[]): Buffer =>
  message('v', int32(0), int32(unknownOptions.length), unknownOptions.map(cString).join(''));

/** A row of one text column. */
export function textRow(text: string): Buffer {
  const bytes = Buffer.from(text);
  return message('D', int16(1), int32(bytes.length), bytes);
}

/** Messages a client sends, as the front sends them to the backend in the client's place. */
export const query = (sql: Buffer): Buffer => message('Q', sql, '\0');
/** `name` byte by byte (latin1): it goes on as it came. */
export const parse = (name: string, sql: Buffer, types: Buffer): Buffer =>
  message('P', Buffer.from(`${name}\0`, 'latin1'), sql, '\0', types);
export const SYNC = message('S');
export const TERMINATE = message('X');
