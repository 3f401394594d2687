import { SecretMissingError } from './errors.ts';

/** The value of an environment variable named by the configuration. Throws SecretMissingError; `purpose` completes "It holds …". */
export function readSecret(
  variable: string,
  purpose: string,
  environment: NodeJS.ProcessEnv = process.env,
): string {
  const value = environment[variable]?.trim();
  if (!value) throw new SecretMissingError(variable, purpose);
  return value;
}
