import { readFileSync } from 'node:fs';
import { createSecureContext, type SecureContext } from 'node:tls';

import { SqlApiTlsError } from './errors.ts';

/** The certificate (with its chain) and key of two PEM files, TLS 1.2 and later. Throws {@link SqlApiTlsError}. */
export function readTlsContext(files: { cert_file: string; key_file: string }): SecureContext {
  const read = (file: string): Buffer => {
    try {
      return readFileSync(file);
    } catch (error) {
      throw new SqlApiTlsError(file, error);
    }
  };
  const [cert, key] = [read(files.cert_file), read(files.key_file)];
  try {
    return createSecureContext({ cert, key, minVersion: 'TLSv1.2' });
  } catch (error) {
    throw new SqlApiTlsError(`${files.cert_file}, ${files.key_file}`, error);
  }
}
