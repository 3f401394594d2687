import { createHash } from 'node:crypto';

/** Plain SHA-256 of key, the exact json text and salt, in hex: the same for both sides (page "О параметре sign"). */
export function signOf(key: string, json: string, salt: string): string {
  return createHash('sha256').update(`${key}${json}${salt}`).digest('hex');
}

/** What both sides post: a form of three fields. */
export function signedForm(key: string, json: string, salt: string): string {
  return new URLSearchParams({ vpbx_api_key: key, sign: signOf(key, json, salt), json }).toString();
}
