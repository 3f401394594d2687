import { createHash, timingSafeEqual } from 'node:crypto';

export interface MangoCredentials {
  readonly key: string;
  readonly salt: string;
}

/** Plain SHA-256 of key, the exact json text and salt, in hex; both sides sign so (VPBX API 1.9, 2.4.3). */
export function signature({ key, salt }: MangoCredentials, json: string): string {
  return createHash('sha256').update(`${key}${json}${salt}`).digest('hex');
}

/** The form of a request. */
export function signedForm(credentials: MangoCredentials, json: string): string {
  const sign = signature(credentials, json);
  return new URLSearchParams({ vpbx_api_key: credentials.key, sign, json }).toString();
}

/** Whether a post of the PBX is signed rightly; in the same time however much of it is right. `json` is the text as it came. */
export function isSignedBy(
  credentials: MangoCredentials,
  post: { readonly key: string; readonly sign: string; readonly json: string },
): boolean {
  const isKey = isEqual(post.key, credentials.key);
  const isSign = isEqual(post.sign.toLowerCase(), signature(credentials, post.json));
  return isKey && isSign;
}

function isEqual(given: string, right: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(right));
}
