import iconv from 'iconv-lite';

/**
 * Client encodings whose every byte below 128 is ASCII, so that no other character can hide a quote or a backslash (SJIS, BIG5, GBK and
 * their kind are not taken for that). Windows' ODBC drivers in Russia ask for WIN1251.
 */
const KNOWN: Readonly<Record<string, string>> = {
  utf8: 'utf8',
  unicode: 'utf8',
  sqlascii: 'utf8',
  latin1: 'iso88591',
  iso88591: 'iso88591',
  latin2: 'iso88592',
  latin5: 'iso88599',
  latin9: 'iso885915',
  iso88595: 'iso88595',
  koi8r: 'koi8r',
  koi8: 'koi8r',
  koi8u: 'koi8u',
  win866: 'cp866',
  win1250: 'win1250',
  win1251: 'win1251',
  win: 'win1251',
  win1252: 'win1252',
  win1253: 'win1253',
  win1254: 'win1254',
  win1257: 'win1257',
};

/** The name of a Postgres client encoding in the conversion tables; undefined for one that is not taken. */
export function encodingOf(postgresName: string): string | undefined {
  return KNOWN[postgresName.toLowerCase().replace(/[^a-z0-9]/g, '')];
}

/** A statement's text as the client's encoding writes it. */
export function decode(bytes: Buffer, encoding: string): string {
  return encoding === 'utf8' ? bytes.toString('utf8') : iconv.decode(bytes, encoding);
}

export function encode(text: string, encoding: string): Buffer {
  return encoding === 'utf8' ? Buffer.from(text) : iconv.encode(text, encoding);
}
