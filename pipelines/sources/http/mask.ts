/** The text with every one of these secrets, and anything that looks like a token, replaced by `***`. */
export function maskSecrets(text: string, secrets: readonly string[]): string {
  let masked = text;
  for (const secret of secrets) if (secret.length > 3) masked = masked.replaceAll(secret, '***');
  return masked.replace(TOKEN_LIKE, '***');
}

/** A JWT (three base64url parts), or amoCRM's opaque refresh token (`def50200` and hexadecimal digits). */
const TOKEN_LIKE = /eyJ[\w-]{8,}\.[\w-]+\.[\w-]+|def50200[0-9a-f]{16,}/g;
